/** A Prometheus that takes its time: how old an answer is counts when it is decided, not when it was asked. */
import { expect, inject, it } from 'vitest'
import { type Changing, openChanging } from '../../../tests/support/changing-pipeline.ts'
import { withClass } from '../../../tests/support/policies.ts'
import type { Prometheus } from './prometheus.ts'

const MINUTE = 60_000
const ASKING = withClass((policy) => ({
  ...policy,
  card: { ...policy.card, facts: { quota_left: { prometheus: 'quota{service="$service"}', max_age: 2 * MINUTE } } },
}))

/** Each answer takes so long by the clock of the worker, and was true when it was asked. */
const open = async (took: number): Promise<Changing> => {
  let late = 0
  const prometheus: Prometheus = {
    ask: async (_, at) => {
      late += took
      changing.later(late)
      return { sample: 1, as_of: at }
    },
  }
  const changing: Changing = await openChanging(inject('redisUrl'), ASKING, { prometheus })
  return changing
}

it.each([
  [MINUTE, 'awaiting_review', []],
  [3 * MINUTE, 'blocked', ['fact_unknown']],
])('that takes %i ms for what counts for two minutes: %s', async (took, verdict, codes) => {
  const { work, send, ended, sound } = await open(took)
  work()
  const id = await send()
  const found = (await ended(id)).verdict
  expect([found?.verdict, found?.blockers.map(({ code }) => code)]).toEqual([verdict, codes])
  await sound(id)
})
