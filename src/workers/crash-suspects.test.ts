import { expect, it } from 'vitest'
import { isSuspect } from './crash-suspects.ts'

it.each([
  ['its first start', 0, 1, 0, false],
  ['a third attempt after two failures', 0, 3, 2, false],
  ['after one crash', 1, 2, 0, false],
  ['after a second crash', 2, 3, 0, true],
  ['back from being sent away', 2, 4, 0, false],
  ['after a third crash', 3, 5, 0, true],
  ['back from being sent away again', 3, 6, 0, false],
  ['after two crashes and a failure', 2, 4, 1, true],
  ['after two crashes and a failure, back', 2, 5, 1, false],
  ['after a failure, two crashes, being sent away and another failure', 2, 6, 2, false],
])('%s: crashes=%i starts=%i failures=%i -> %s', (_, stalledCounter, attemptsStarted, attemptsMade, expected) => {
  expect(isSuspect({ stalledCounter, attemptsStarted, attemptsMade })).toBe(expected)
})
