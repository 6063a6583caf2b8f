/** A source that contradicts the others, whenever it comes: the incident ends blocked, and nothing runs a second time. */
import { randomUUID } from 'node:crypto'
import { afterEach, expect, inject, test } from 'vitest'
import { StageName } from '../../src/shared/contracts/audit-record.ts'
import { outsideFlip } from '../../src/shared/incident/outside-flip.ts'
import { loadPolicyFolder } from '../../src/shared/policy/policy-folder.ts'
import { grafanaDelivery, pagerdutyDelivery } from '../support/faults.ts'
import { type Installation, openInstallation } from '../support/installation.ts'
import { eventually } from '../support/processes.ts'

let installation: Installation
afterEach(() => installation.close())

const open = async () => {
  installation = await openInstallation(inject('redisUrl'), await loadPolicyFolder('fixtures/policies'))
  return installation
}
const fault = () => ({ fault: randomUUID() })
/** The page of the fault, about another service. */
const contradiction = (about: ReturnType<typeof fault>) =>
  pagerdutyDelivery(about, { service: { summary: 'billing-api' } })
const CONFLICT = {
  code: 'source_conflict',
  message: "service: 'appointments-api' (grafana) vs 'billing-api' (pagerduty)",
}
const idOf = ({ body }: { body: { incidents: { incident_id: string }[] } }) => body.incidents[0]?.incident_id ?? ''
const DECIDED = ['incident_event_normalized', 'readiness_evaluated', 'dry_run_evaluated']

test.each(StageName.options)('while %s decides, is found by a stage', async (stage) => {
  const { hold, work, post, stored, expectBalance } = await open()
  const about = fault()
  const id = idOf(await post('grafana', grafanaDelivery(about)))
  for (const before of StageName.options) if (before !== stage) work(before)
  const held = hold(stage)
  await eventually(() => expect(held.holds(id)).toBe(true))
  const attached = await post('pagerduty', contradiction(about), 1)
  expect(attached.body.incidents).toEqual([{ incident_id: id, outcome: 'attached' }])
  expect(await stored(id)).toMatchObject({ status: stage, verdict: null })
  held.release()
  await eventually(async () => expect((await stored(id)).verdict).not.toBeNull())
  const { verdict, events } = await stored(id)
  const end = stage === 'dry-run' ? 'dry-run' : 'readiness'
  expect(verdict).toMatchObject({ verdict: 'blocked', stage: end, blockers: [CONFLICT] })
  for (const event of DECIDED) expect(events.filter((one) => one === event).length).toBeLessThan(2)
  await expectBalance()
})

test('after the verdict, voids it, is counted, and enqueues nothing', async () => {
  const { workAll, post, stored, settled, metrics, queue, expectBalance } = await open()
  workAll()
  const about = fault()
  const id = idOf(await post('grafana', grafanaDelivery(about)))
  await settled()
  const before = await stored(id)
  expect(before).toMatchObject({ status: 'awaiting_review', verdict: { verdict: 'awaiting_review' } })
  await post('pagerduty', contradiction(about), 0)
  const after = await stored(id)
  expect(after).toMatchObject({
    status: 'blocked',
    verdict: { verdict: 'blocked', stage: 'accept', blockers: [CONFLICT] },
    decisions: before.decisions,
  })
  expect(after.trace.slice(before.trace.length)).toMatchObject([
    { event: 'source_attached', stage: 'accept' },
    { event: 'readiness_evaluated', stage: 'accept', decision_diff: { status: ['awaiting_review', 'blocked'] } },
  ])
  expect(outsideFlip(after, after.trace)).toMatchObject([{ change: 'none', name: CONFLICT.code }])
  expect(await queue.getJobState(id)).toBe('unknown')
  expect((await post('pagerduty', contradiction(about), 1)).body.incidents).toMatchObject([{ outcome: 'duplicate' }])
  const counted = await metrics()
  expect(counted).toContain('interlock_verdicts_total{verdict="blocked"} 1')
  expect(counted).toContain('interlock_blockers_total{stage="accept",code="source_conflict"} 1')
  await expectBalance()
})

test('from several pages at once, voids it once', async () => {
  const { workAll, post, stored, settled, expectBalance } = await open()
  workAll()
  const about = fault()
  const id = idOf(await post('grafana', grafanaDelivery(about)))
  await settled()
  await Promise.all(Array.from({ length: 10 }, (_, i) => post('pagerduty', contradiction(about), i)))
  const { verdict, events, duplicates } = await stored(id)
  expect(verdict).toMatchObject({ verdict: 'blocked', stage: 'accept' })
  expect(events.filter((event) => event === 'readiness_evaluated')).toHaveLength(2)
  expect(duplicates).toBe(9)
  await expectBalance()
})
