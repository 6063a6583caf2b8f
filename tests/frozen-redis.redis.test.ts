/** Redis that hangs, as under `SIGSTOP`: real processes go on telling what they know of themselves, and nothing of Redis. */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterEach, expect, test } from 'vitest'
import { startRedis } from '../src/shared/redis-server.ts'
import { createMetrics } from '../src/shared/telemetry/metrics.ts'
import { eventually, killAll, startProcess } from './support/processes.ts'
import { checkMetrics } from './support/promtool.ts'

/** What is read from Redis: gone when it does not answer. */
const SAMPLED = [
  'queue_jobs',
  'queue_oldest_waiting_age_seconds',
  'queue_oldest_active_age_seconds',
  'queue_paused',
  'dead_letter_jobs',
  'blockers_open',
  'blocker_oldest_open_age_seconds',
  'reviews_waiting',
  'review_oldest_waiting_age_seconds',
  'accounting_imbalance',
  'kill_switch_active',
  'kill_switch_held_jobs',
  'redis_memory_used_bytes',
  'redis_connected_clients',
]

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const open = async () => {
  const server = await startRedis({ NODE_ENV: 'test', REDIS_URL: undefined })
  closing.push(() => server.stop())
  const redis = new Redis(server.url)
  const pid = Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1])
  redis.disconnect()
  closing.push(() => process.kill(pid, 'SIGCONT'))
  const env = { REDIS_URL: server.url, QUEUE_PREFIX: `frozen-${randomUUID()}`, PORT: '0', WORKER_PORT: '0' }
  closing.push(killAll)
  const addresses = [startProcess(['serve'], env), startProcess(['worker'], env)].map(async (one) => {
    const { address, probes } = await one.started()
    return String(address ?? probes)
  })
  return { pid, addresses: await Promise.all(addresses) }
}

/** Text and how long it took; it fails where the answer waits for something that does not come. */
const get = async (url: string) => {
  const began = performance.now()
  const response = await fetch(url, { signal: AbortSignal.timeout(15_000) })
  return { text: await response.text(), status: response.status, ms: performance.now() - began }
}

const seriesOf = (text: string, name: string) =>
  text.split('\n').filter((line) => new RegExp(`^interlock_${name}[{ ]`).test(line))
const sampledIn = (text: string) => SAMPLED.filter((name) => seriesOf(text, name).length > 0)

test('/metrics answers while Redis hangs, what is read from it vanishes, and all comes back', {
  timeout: 180_000,
}, async () => {
  const { pid, addresses } = await open()
  const names = createMetrics('0').registry.getMetricsAsArray() as unknown as { name: string }[]
  for (const address of addresses) {
    const { text } = await eventually(async () => {
      const answer = await get(`${address}/metrics`)
      expect(sampledIn(answer.text)).toEqual(SAMPLED)
      return answer
    })
    expect(text.match(/^# TYPE interlock_\S+/gm)?.length).toBe(
      names.filter(({ name }) => name.startsWith('interlock_')).length,
    )
    expect(checkMetrics(text)).toEqual({ status: 0, problems: '' })
  }

  process.kill(pid, 'SIGSTOP')
  const times: number[] = []
  for (const address of addresses) {
    await eventually(async () => {
      const { text, ms } = await get(`${address}/metrics`)
      times.push(ms)
      expect(sampledIn(text)).toEqual([])
      expect(seriesOf(text, 'redis_up')).toEqual([expect.stringMatching(/ 0$/)])
      // How old the last reading is can still be told.
      expect(seriesOf(text, 'queue_sample_timestamp_seconds')).toHaveLength(3)
    })
    expect(await get(`${address}/healthz`)).toMatchObject({ status: 200 })
    const ready = await get(`${address}/readyz`)
    expect(ready.status).toBe(503)
    expect(JSON.parse(ready.text).checks).toMatchObject({ redis: expect.any(String), policies: 'ok', process: 'ok' })
  }
  console.log(`/metrics while Redis hangs: ${times.length} scrapes, at most ${Math.max(...times).toFixed(1)} ms`)

  process.kill(pid, 'SIGCONT')
  for (const address of addresses)
    await eventually(async () => {
      const { text } = await get(`${address}/metrics`)
      expect(sampledIn(text)).toEqual(SAMPLED)
      expect(seriesOf(text, 'redis_up')).toEqual([expect.stringMatching(/ 1$/)])
    })
})
