/** When deliveries are sent away: each limit to the very value, and for whom. */
import { expect, test } from 'vitest'
import type { QueueNow } from '../../shared/ledger/installation-sample.ts'
import { CROWD, judgeLoad, LOAD_LIMITS, NO_LOAD } from './judge-load.ts'

const EMPTY: QueueNow = {
  ...{ urgent: { count: 0, age: 0 }, waiting: 0, waitingAge: 0 },
  ...{ active: 0, activeAge: 0, delayed: 0, failed: 0, paused: false },
}
/** The urgent and what waits beneath them. */
const lines = (urgent: QueueNow['urgent'], lesser: QueueNow['urgent'] = { count: 0, age: 0 }): QueueNow => ({
  ...EMPTY,
  urgent,
  waiting: urgent.count + lesser.count,
  waitingAge: Math.max(urgent.age, lesser.age),
})
const { all, lesser } = LOAD_LIMITS
const depth = (reason: 'all' | 'lesser') => ({
  all: null,
  lesser: 'queue_depth',
  ...(reason === 'all' && { all: 'queue_depth' }),
})
const AGE = { all: null, lesser: 'queue_age' }
const OLD = 60_000

test.each([
  ['nothing to do', EMPTY, 0, NO_LOAD],
  ['as many of the lesser as may wait', lines({ count: 0, age: 0 }, { count: lesser.depth, age: OLD }), 0, NO_LOAD],
  ['one more', lines({ count: 1, age: 0 }, { count: lesser.depth, age: 0 }), 0, depth('lesser')],
  ['a moment more', lines({ count: 0, age: 0 }, { count: CROWD, age: OLD + 1 }), 0, AGE],
  ['one that is stuck, or of a clock that is wrong', lines({ count: 1, age: 1e9 }, { count: 1, age: 1e9 }), 0, NO_LOAD],
  ['one less than a crowd', lines({ count: 0, age: 0 }, { count: CROWD - 1, age: 1e9 }), 0, NO_LOAD],
  ['no end of the lesser', lines({ count: 5, age: 9 }, { count: 1e6, age: 1e9 }), 0, AGE],
  ['as many urgent as may wait, for as long as may be', lines({ count: all.depth, age: 1e9 }), 0, AGE],
  ['one more of them', lines({ count: all.depth + 1, age: 0 }), 0, depth('all')],
  ['a paused queue grows old', { ...lines({ count: 1, age: 1e9 }), paused: true }, 0, NO_LOAD],
  ['a paused queue grows long', { ...lines({ count: 1e6, age: 1e9 }), paused: true }, 0, depth('all')],
  ['a loop as late as it may be', EMPTY, lesser.lag, NO_LOAD],
  ['later', EMPTY, lesser.lag + 1, { all: null, lesser: 'event_loop' }],
  ['much later', EMPTY, 1e6, { all: null, lesser: 'event_loop' }],
])('%s', (_what, queue, lag, load) => {
  expect(judgeLoad([EMPTY, queue, EMPTY], lag)).toEqual(load)
})

test('where Redis does not answer the loop alone tells', () => {
  expect(judgeLoad(null, 0)).toEqual(NO_LOAD)
  expect(judgeLoad(null, lesser.lag + 1).lesser).toBe('event_loop')
})
