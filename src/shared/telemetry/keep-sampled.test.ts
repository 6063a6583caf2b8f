/** When a reading is taken and shown, by a clock of the test's own. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { keepSampled } from './keep-sampled.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const SECONDS = 1000

/** Readings that are answered when and how the test says, and what was shown so far. */
const start = () => {
  const answers: ((reading: number) => void)[] = []
  const shown: (number | null)[] = []
  const end = keepSampled(
    () => new Promise<number>((resolve) => answers.push(resolve)),
    (reading) => shown.push(reading),
  )
  return { answers, shown, end, pass: (seconds: number) => vi.advanceTimersByTimeAsync(seconds * SECONDS) }
}

it('reads at once and every five seconds', async () => {
  const { answers, shown, end, pass } = start()
  answers[0]?.(1)
  await pass(5)
  answers[1]?.(2)
  await pass(1)
  expect([answers.length, shown]).toEqual([2, [1, 2]])
  end()
  await pass(60)
  expect([answers.length, shown]).toEqual([2, [1, 2]])
})

it('shows nothing after a second without an answer, and the answer when it comes, asking once', async () => {
  const { answers, shown, end, pass } = start()
  await pass(1)
  expect(shown).toEqual([null])
  await pass(28)
  expect(answers).toHaveLength(1)
  answers[0]?.(1)
  await pass(1)
  expect([answers.length, shown]).toEqual([2, [null, 1]])
  end()
})

it('gives up what was not answered in 30 s, asks again, and does not listen to the first any more', async () => {
  const { answers, shown, end, pass } = start()
  await pass(30)
  expect([answers.length, shown]).toEqual([2, [null, null]])
  answers[1]?.(2)
  await pass(0)
  answers[0]?.(1)
  await pass(1)
  expect(shown).toEqual([null, null, 2])
  end()
})
