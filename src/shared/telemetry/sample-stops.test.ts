import { describe, expect, it, vi } from 'vitest'
import { createMetrics } from './metrics.ts'
import { watchStops } from './sample-stops.ts'

const seriesOf = async (metrics: ReturnType<typeof createMetrics>) =>
  (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('interlock_kill_switch_'))

const NOTHING: string[] = []

describe('the kill-switch gauges', () => {
  it('have no series before anything was read', async () => {
    expect(await seriesOf(createMetrics('0'))).toEqual(NOTHING)
  })

  it('count the stops by kind and what they hold, 0 included', async () => {
    const metrics = createMetrics('0')
    const scopes = ['global', 'service:a', 'service:class:x', 'action:restart_pod']
    const end = watchStops({ sample: async () => ({ scopes, held: 12 }) }, metrics)
    await vi.waitFor(async () =>
      expect(await seriesOf(metrics)).toEqual([
        'interlock_kill_switch_active{scope="global"} 1',
        'interlock_kill_switch_active{scope="class"} 0',
        'interlock_kill_switch_active{scope="service"} 2',
        'interlock_kill_switch_active{scope="action"} 1',
        'interlock_kill_switch_held_jobs 12',
      ]),
    )
    end()
  })

  it.each<[string, () => Promise<{ scopes: string[]; held: number }>]>([
    ['fails', () => Promise.reject(new Error('Redis is away'))],
    ['never comes', () => new Promise(() => {})],
  ])('lose their series when a reading %s', async (_how, second) => {
    vi.useFakeTimers()
    const metrics = createMetrics('0')
    const sample = vi.fn(second).mockResolvedValueOnce({ scopes: ['global'], held: 1 })
    const end = watchStops({ sample }, metrics)
    await vi.advanceTimersByTimeAsync(1000)
    expect(await seriesOf(metrics)).toHaveLength(5)
    await vi.advanceTimersByTimeAsync(7000)
    expect(await seriesOf(metrics)).toEqual(NOTHING)
    end()
    vi.useRealTimers()
  })
})
