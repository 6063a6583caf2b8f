/** What is too much of one connection at once, and that the next turn of the event loop begins anew. */
import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { MOST_AT_ONCE, watchPipelining } from './pipelining.ts'

test('one more than may come in a turn of the event loop, of one connection', async () => {
  const isPipelined = watchPipelining()
  const [one, another] = [{} as Socket, {} as Socket]
  const counted = Array.from({ length: MOST_AT_ONCE }, () => isPipelined(one))
  expect(counted).not.toContain(true)
  expect(isPipelined(one)).toBe(true)
  expect(isPipelined(another)).toBe(false)
  await setImmediate()
  expect(isPipelined(one)).toBe(false)
})
