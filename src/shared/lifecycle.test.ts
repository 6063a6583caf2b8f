/** Told to stop: not ready from the signal on, in time when the work ends, and forced, counted and logged when it does not. */
import { afterEach, expect, it, vi } from 'vitest'
import { openLifecycle } from './lifecycle.ts'
import type { Log } from './telemetry/log.ts'
import { createMetrics } from './telemetry/metrics.ts'

afterEach(() => {
  process.removeAllListeners('SIGTERM').removeAllListeners('SIGINT')
})

const open = (deadlineMs: number) => {
  const events: string[] = []
  const log = { event: (name: string) => events.push(name) } as unknown as Log
  const { shutdownForced } = createMetrics('0')
  const forced = async () => (await shutdownForced.get()).values.map(({ value }) => value)
  return { ...openLifecycle(log, { shutdownForced }, deadlineMs), events, forced }
}

it.each(['SIGTERM', 'SIGINT'] as const)('by %s it is stopping before the drain, and done with it', async (signal) => {
  const { isStopping, untilStopped, events, forced } = open(60_000)
  const atDrain: boolean[] = []
  const stopped = untilStopped(async () => atDrain.push(isStopping()))
  expect(isStopping()).toBe(false)
  process.emit(signal)
  await stopped
  expect(atDrain).toEqual([true])
  expect(events).toEqual(['process_stopping', 'process_stopped'])
  expect(await forced()).toEqual([0])
})

it('past the deadline it ends all the same, and that is counted', async () => {
  const { untilStopped, events, forced } = open(1)
  const stopped = untilStopped(() => new Promise(() => {}))
  process.emit('SIGTERM')
  await stopped
  await vi.waitFor(() => expect(events).toEqual(['process_stopping', 'shutdown_forced', 'process_stopped']))
  expect(await forced()).toEqual([1])
})
