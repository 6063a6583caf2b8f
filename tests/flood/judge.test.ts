/** Each thing that must hold of a flood, and that its breach is told. */
import { expect, test } from 'vitest'
import type { Outcome } from './flood.ts'
import { violations } from './judge.ts'
import { report } from './report.ts'

const HELD: Outcome = {
  sustainable: 500,
  poured: { offered: 1000, seconds: 1, began: 0, counts: { 202: 2, 401: 600 }, accepted: ['HM-1', 'HM-2'] },
  shed: {},
  urgent: { sent: 5, refused: { '503 overloaded': 1 }, ms: { p50: 10, p95: 20, p99: 30_000 } },
  memory: { serve: { begin: 100, end: 150, most: 189 } },
  accepted: 7,
  lost: [],
  imbalance: 0,
}

test('a flood of which all held', () => {
  expect(violations(HELD)).toEqual([])
  expect(report(HELD)).toMatch(/2\.0 times the sustainable rate.*\nall of it held$/s)
})

test.each<[string, Partial<Outcome>, string]>([
  ['an incident without a verdict', { lost: ['HM-7'] }, '1 accepted incidents have no verdict, such as HM-7'],
  ['an accounting that is off', { imbalance: -1 }, 'the accounting is off by -1'],
  ['one accepted twice', { poured: { ...HELD.poured, accepted: ['HM-1', 'HM-1'] } }, 'an incident was accepted twice'],
  [
    'urgent ones too late',
    { urgent: { ...HELD.urgent, ms: { p50: 1, p95: 2, p99: 30_001 } } },
    'the p99 of P1 is 30001 ms, over 30000',
  ],
  [
    'urgent ones without a verdict',
    { urgent: { ...HELD.urgent, ms: { p50: 1, p95: 2, p99: Number.NaN } } },
    'the p99 of P1 is NaN',
  ],
  [
    'memory that grows',
    { memory: { serve: { begin: 100, end: 190, most: 190 } } },
    'the memory of serve grew from 100 to 190 MB',
  ],
  ['nothing at all', { accepted: 0 }, 'nothing was accepted'],
])('%s', (_what, outcome, told) => {
  expect(violations({ ...HELD, ...outcome })).toEqual([expect.stringContaining(told)])
  expect(report({ ...HELD, ...outcome })).toContain('WRONG')
})
