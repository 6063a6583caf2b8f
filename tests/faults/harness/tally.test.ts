/** The table of a soak: it passes only when something was looked at, nothing was found and all of it replays the same. */
import { describe, expect, test } from 'vitest'
import { NOTHING_FOUND } from './findings.ts'
import { addReplay, addRound, emptyTally, isClean, type Tally, tableOf } from './tally.ts'

const replay = (identical: number, listed: object[] = [], not_listed = 0) =>
  JSON.stringify({ outcome: 'any', identical, listed, not_listed })

const afterTwoRounds = (): Tally => {
  const tally = emptyTally(7, ['worker_killed', 'silence'])
  tally.faults.silence = 3
  for (const count of [2, 5]) {
    addRound(tally, NOTHING_FOUND, { 'verdict:closed': 1, 'verdict:awaiting_review': count })
    addReplay(tally, replay(count + 1))
  }
  return tally
}

describe('the tally of a soak', () => {
  test('adds up its rounds', () => {
    const tally = afterTwoRounds()
    expect(isClean(tally)).toBe(true)
    expect(
      tableOf(tally)
        .replace(/ {2,}(?=\d)/g, ' ')
        .split('\n'),
    ).toEqual([
      'faults 3',
      '  worker_killed 0',
      '  silence 3',
      'incidents 9',
      '  awaiting_review 7',
      '  closed 2',
      'lost 0',
      'doubled 0',
      'out of order 0',
      'broken chains 0',
      'imbalance 0',
      'replayed identical 9',
      'PASS seed=7 seconds=0',
    ])
  })

  test.each<[string, (tally: Tally) => void, string]>([
    [
      'a finding',
      (tally) => addRound(tally, { ...NOTHING_FOUND, lost: ['HM-1: no verdict'] }, {}),
      '  - HM-1: no verdict',
    ],
    ['a failure', (tally) => tally.failures.push('nothing was refused'), 'failure: nothing was refused'],
    [
      'an incident that replays to something else',
      (tally) => addReplay(tally, replay(0, [{ incident_id: 'HM-1', outcome: 'differs' }])),
      '  - {"incident_id":"HM-1","outcome":"differs"}',
    ],
    ['more of them than are listed', (tally) => addReplay(tally, replay(0, [], 2)), '  - and 2 more'],
    [
      'an incident that nobody replayed',
      (tally) => addRound(tally, NOTHING_FOUND, { 'verdict:closed': 1 }),
      'incidents 10',
    ],
  ])('is not clean with %s', (_what, spoil, line) => {
    const tally = afterTwoRounds()
    spoil(tally)
    expect(isClean(tally)).toBe(false)
    expect(
      tableOf(tally)
        .replace(/(?<=\w) {2,}(?=\d)/g, ' ')
        .split('\n'),
    ).toContain(line)
    expect(tableOf(tally)).toMatch(/\nBLOCK seed=7 seconds=0$/)
  })

  test('is not clean when nothing happened', () => expect(isClean(emptyTally(7, []))).toBe(false))
})
