import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createMetrics } from './metrics.ts'
import { sampleAccounting } from './sample-accounting.ts'

const EVERY = 5000
let answers: (() => Promise<Record<string, number>>)[] = []
let stop: () => void
const { registry, accountingImbalance } = createMetrics('0')
const ask = vi.fn(() => answers.shift()?.() ?? Promise.reject(new Error('Redis is away')))

/** What is exported; null where there is no such series. */
const exported = async () => {
  const [, value] = /^interlock_accounting_imbalance (\S+)$/m.exec(await registry.metrics()) ?? []
  return value === undefined ? null : Number(value)
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => {
  vi.useFakeTimers()
  ask.mockClear()
  answers = []
  stop = () => {}
})
afterEach(() => {
  stop()
  vi.useRealTimers()
})

it('is absent before the first answer, and what Redis says from then on', async () => {
  answers = [async () => ({ received: 3, in_flight: 3 }), async () => ({ received: 3, in_flight: 1 })]
  expect(await exported()).toBeNull()
  stop = sampleAccounting({ accounting: ask }, accountingImbalance)
  await pass(0)
  expect(await exported()).toBe(0)
  await pass(EVERY)
  expect(await exported()).toBe(2)
})

it('is absent again when Redis refuses, not 0', async () => {
  answers = [async () => ({ received: 3, in_flight: 1 })]
  stop = sampleAccounting({ accounting: ask }, accountingImbalance)
  await pass(0)
  expect(await exported()).toBe(2)
  await pass(EVERY)
  expect(await exported()).toBeNull()
})

it('is absent while Redis is silent, asks nothing more meanwhile, and takes the answer that comes in the end', async () => {
  let answer = (_: Record<string, number>) => {}
  const late = new Promise<Record<string, number>>((resolve) => {
    answer = resolve
  })
  answers = [async () => ({ received: 3, in_flight: 1 }), () => late]
  stop = sampleAccounting({ accounting: ask }, accountingImbalance)
  await pass(EVERY + 1000)
  expect(await exported()).toBeNull()
  await pass(4 * EVERY)
  expect(ask).toHaveBeenCalledTimes(2)
  answer({ received: 3, in_flight: 3 })
  await pass(0)
  expect(await exported()).toBe(0)
})

it('asks nothing once it is stopped', async () => {
  sampleAccounting({ accounting: ask }, accountingImbalance)()
  await pass(10 * EVERY)
  expect(ask).toHaveBeenCalledTimes(1)
})
