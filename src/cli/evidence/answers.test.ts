import { expect, it } from 'vitest'
import { chain, contentDigests, EMPTY_CHAIN, type RecordContent } from '../../shared/audit/record.ts'
import { answersTable } from './answers.ts'

const AT = '2026-05-17T11:43:00.000Z'
const PLAN = 'c'.repeat(64)
const record = (event: RecordContent['event'], actor: string, said: Record<string, unknown>): RecordContent => ({
  ...{ at: AT, incident_id: 'HM-1', event, stage: 'review', actor, policy_digest: null },
  ...contentDigests(null, null),
  decision_diff: Object.fromEntries(Object.entries(said).map(([name, value]) => [name, [null, value]])),
})
const table = (...records: RecordContent[]) => answersTable(chain(EMPTY_CHAIN, records).records).slice(2)

it.each<[RecordContent, string]>([
  [
    record('review_approved', 'reviewer:anna', { reason: 'one pod | of three', plan_digest: PLAN }),
    `| ${AT} | anna | approved | one pod \\| of three | \`${PLAN}\` |`,
  ],
  [
    record('review_denied', 'reviewer:ben', { reason: 'we roll back', plan_digest: null }),
    `| ${AT} | ben | denied | we roll back |  |`,
  ],
  [
    record('review_voided', 'reviewer:anna', { reason: 'seen', plan_digest: PLAN, changed: ['quota was 2', 'plan'] }),
    `| ${AT} | anna | approved, and void: it had changed; changed: quota was 2; plan | seen | \`${PLAN}\` |`,
  ],
  [
    record('review_expired', 'worker:vm:374', { asked_at: AT }),
    `| ${AT} | worker:vm:374 | expired: nobody answered in time |  |  |`,
  ],
  [record('redriven', 'operator:anna', { reason: 'mended' }), `| ${AT} | anna | had it taken up again | mended |  |`],
])('says who, what, why and on which plan: $event', (given, row) => {
  expect(table(given)).toEqual([row])
})

it('has a row for each answer in order, and nothing where nobody was asked', () => {
  const [denied, redriven] = [record('review_denied', 'reviewer:b', {}), record('redriven', 'operator:a', {})]
  expect(table(redriven, record('readiness_evaluated', 'worker:x', {}), denied)).toHaveLength(2)
  expect(answersTable([])).toEqual([])
})
