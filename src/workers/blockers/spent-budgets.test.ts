/** What a stage without a card says of budgets with nothing left. */
import { expect, it } from 'vitest'
import type { Spent } from '../../shared/contracts/share.ts'
import { spentBlockers } from './spent-budgets.ts'

const spent = (scope: string, passes = 1): Spent => ({
  ...{ scope, limit: 1, window: 900_000, passes, free_at: null },
  last: passes === 0 ? null : { incident_id: 'HM-2026-05-17-01', at: '2026-05-17T11:40:00.000Z' },
})
const LAST = 'the last one HM-2026-05-17-01 at 2026-05-17T11:40:00.000Z'
const REPEATED = `repeat_incident: passed 1 time(s) within the repeat window of 15m, ${LAST}`

it.each<[string, Spent[], string[]]>([
  ['nothing', [], []],
  ['the repeat window', [spent('repeat:memory:api')], [REPEATED]],
  ['two repeat windows', [spent('repeat:memory:a'), spent('repeat:cpu:a')], [`${REPEATED}; ${REPEATED.slice(17)}`]],
  ['a budget', [spent('service:api', 0)], ['blast_radius_budget_exhausted: 0 of 1 passes in 15m used (service:api)']],
  [
    'both, the repeat window first',
    [spent('namespace:prod'), spent('repeat:memory:api')],
    [REPEATED, `blast_radius_budget_exhausted: 1 of 1 passes in 15m used (namespace:prod), ${LAST}`],
  ],
])('%s', (_, given, expected) => {
  expect(spentBlockers(given).map(({ code, message }) => `${code}: ${message}`)).toEqual(expected)
})
