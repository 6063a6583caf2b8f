/** The measurements: bulk throughput with its cost in Redis, and latency at a steady rate. */
import type { Redis } from 'ioredis'

export interface Engine {
  feed(n: number): Promise<void>
  start(onDone: (n: number) => void): () => Promise<void>
  close(): Promise<unknown>
}

export const info = async (redis: Redis, section: string, field: string) =>
  Number(new RegExp(`^${field}:([\\d.]+)`, 'm').exec(await redis.info(section))?.[1])

/** Every command Redis ran, those inside scripts included. */
export const commandsRun = async (redis: Redis) =>
  [...(await redis.info('commandstats')).matchAll(/calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0)

/** Feeds with this many at once: enough to keep Redis busy, few enough not to measure the event loop's queue. */
const FEEDERS = 64

export interface Throughput {
  incidents_per_second: number
  commands_per_incident: number
  bytes_per_incident: number
}

/** Starts the workers, waits until so many incidents are through, and stops them. Resolves with the seconds until then. */
export const runThrough = async (engine: Engine, incidents: number): Promise<number> => {
  const began = performance.now()
  let stop = async () => {}
  await new Promise<void>((resolve) => {
    let done = 0
    stop = engine.start(() => {
      if (++done === incidents) resolve()
    })
  })
  const seconds = (performance.now() - began) / 1000
  await stop()
  return seconds
}

/** Fills the first queue, then starts the workers and measures until the last incident is through. */
export const throughput = async (engine: Engine, redis: Redis, incidents: number): Promise<Throughput> => {
  const bytesBefore = await info(redis, 'memory', 'used_memory')
  const commandsBefore = await commandsRun(redis)
  let next = 0
  await Promise.all(
    Array.from({ length: FEEDERS }, async () => {
      while (next < incidents) await engine.feed(next++)
    }),
  )
  const seconds = await runThrough(engine, incidents)
  const bytes = (await info(redis, 'memory', 'used_memory')) - bytesBefore
  const commands = (await commandsRun(redis)) - commandsBefore
  return {
    incidents_per_second: incidents / seconds,
    commands_per_incident: commands / incidents,
    bytes_per_incident: bytes / incidents,
  }
}

export interface Latency {
  p50: number
  p95: number
  p99: number
}

const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN

export const percentiles = (values: readonly number[]): Latency => {
  const sorted = [...values].sort((a, b) => a - b)
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), p99: quantile(sorted, 0.99) }
}

/** Milliseconds from the start of the accept to the end of the third stage, at a steady rate with the workers idle before. */
export const latency = async (engine: Engine, rate: number, seconds: number): Promise<Latency> => {
  const total = rate * seconds
  const startedAt = new Map<number, number>()
  const took: number[] = []
  let stop = async () => {}
  const feeds: Promise<void>[] = []
  await new Promise<void>((resolve) => {
    stop = engine.start((n) => {
      took.push(performance.now() - (startedAt.get(n) ?? Number.NaN))
      if (took.length === total) resolve()
    })
    const began = performance.now()
    const timer = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - began) * rate) / 1000))
      while (startedAt.size < due) {
        const n = startedAt.size
        startedAt.set(n, performance.now())
        feeds.push(engine.feed(n))
      }
      if (startedAt.size === total) clearInterval(timer)
    }, 1)
  })
  await Promise.all(feeds)
  await stop()
  return percentiles(took)
}

export const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  )
