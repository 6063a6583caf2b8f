/** Pages with real workers: without a key, merged, reopened, raised and lowered, and over before anything else is told. */
import { randomUUID } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { StageName } from '../../src/shared/contracts/audit-record.ts'
import type { PolicySet } from '../../src/shared/contracts/policy.ts'
import { loadPolicyFolder } from '../../src/shared/policy/policy-folder.ts'
import { alertmanagerDelivery, grafanaDelivery, pagerdutyDelivery } from '../support/faults.ts'
import { type Installation, openInstallation } from '../support/installation.ts'
import { eventually } from '../support/processes.ts'

let policies: PolicySet
beforeAll(async () => {
  policies = await loadPolicyFolder('fixtures/policies')
})
let installation: Installation
afterEach(() => installation.close())

const open = async (set = policies) => {
  installation = await openInstallation(inject('redisUrl'), set)
  const { post, workAll } = installation
  workAll()
  const fault = randomUUID()
  const key = { incident_key: null }
  const answered = async (sent: ReturnType<typeof post>) => {
    const { body } = await sent
    return body.incidents as { incident_id: string; outcome: string }[]
  }
  return {
    ...installation,
    fault,
    grafana: (patch: object = {}) => answered(post('grafana', grafanaDelivery({ fault }, patch))),
    alertmanager: (patch: object = {}) => answered(post('alertmanager', alertmanagerDelivery({ fault }, patch), 1)),
    page: (patch: object = {}, event: object = {}) =>
      answered(post('pagerduty', pagerdutyDelivery({ fault }, patch, event), 1)),
    withoutKey: (patch: object = {}) => answered(post('pagerduty', pagerdutyDelivery({ fault }, { ...key, ...patch }))),
  }
}
const idOf = (answers: { incident_id: string }[]) => answers[0]?.incident_id ?? ''

/** The policies with this window for a page to wait in. */
const withWindow = (correlation_window: number): PolicySet => {
  const policy = policies.classes.get('high_memory_usage')
  if (!policy || !('card' in policy)) throw new Error('there is no policy for high_memory_usage')
  const short = { ...policy, card: { ...policy.card, correlation_window } }
  return { ...policies, classes: new Map([[policy.incident_class, short]]) }
}

describe('a page without a key', () => {
  test('and without a body waits its window, and then goes on with what it has', async () => {
    const { withoutKey, grafana, queue, stored, settled, expectBalance } = await open(withWindow(1500))
    const alone = idOf(await withoutKey())
    expect(await queue.getJobState(alone)).toBe('delayed')
    expect(await stored(alone)).toMatchObject({ status: 'normalize', events: ['webhook_received'] })
    const measured = idOf(await grafana())
    expect(measured).not.toBe(alone)
    await settled()
    expect(await stored(measured)).toMatchObject({ status: 'awaiting_review' })
    const { verdict, accepted_at } = await stored(alone)
    expect(verdict).toMatchObject({ verdict: 'blocked', stage: expect.stringMatching(/readiness|dry-run/) })
    expect(Date.parse(verdict?.at ?? '') - Date.parse(accepted_at)).toBeGreaterThanOrEqual(1500)
    await expectBalance()
  })

  test('but with a body that names the target is one with its measurement', async () => {
    const { withoutKey, grafana, alertmanager, fault, stored, settled, expectBalance } = await open()
    const labels = {
      alertname: 'high_memory_usage',
      namespace: 'prod',
      service: 'appointments-api',
      pod: `pod-${fault}`,
    }
    const id = idOf(await withoutKey({ alerts: [{ alert_key: null, body: { details: { firing: [{ labels }] } } }] }))
    expect(await grafana()).toEqual([{ incident_id: id, outcome: 'attached' }])
    expect(await alertmanager()).toEqual([{ incident_id: id, outcome: 'attached' }])
    await settled()
    const { sightings, status } = await stored(id)
    expect(sightings.map(({ source }) => source)).toEqual(['grafana', 'alertmanager', 'pagerduty'])
    expect(status).toBe('awaiting_review')
    await expectBalance()
  })

  test('is found to be part of the measured incident once a later event brings the key', async () => {
    const { withoutKey, page, grafana, stored, settled, expectBalance } = await open()
    const alone = idOf(await withoutKey())
    const measured = idOf(await grafana())
    await eventually(async () => expect((await stored(measured)).status).toBe('awaiting_review'))
    const later = { event_type: 'incident.priority_updated', occurred_at: '2026-05-17T12:05:44.031Z' }
    expect(await page({}, later)).toEqual([{ incident_id: measured, outcome: 'attached' }])
    await settled()
    expect(await stored(alone)).toMatchObject({ status: 'closed', verdict: { attached_to: measured } })
    const { sightings, trace } = await stored(measured)
    expect(sightings.map(({ source }) => source)).toEqual(['grafana', 'pagerduty'])
    expect(trace.at(-1)).toMatchObject({ event: 'source_attached', decision_diff: { absorbed: [null, [alone]] } })
    await expectBalance()
  })
})

test.each(['normalize', 'readiness'] as const)(
  'a page alone whose window ended, and which %s is deciding on, becomes part of the measured incident',
  async (stage) => {
    installation = await openInstallation(inject('redisUrl'), withWindow(1))
    const { post, hold, work, stored, settled, expectBalance } = installation
    const about = { fault: randomUUID() }
    const alone = idOf((await post('pagerduty', pagerdutyDelivery(about))).body.incidents)
    const own = alertmanagerDelivery({ ...about, group: `own-${about.fault}` })
    const measured = idOf((await post('alertmanager', own)).body.incidents)
    for (const other of StageName.options) if (other !== stage) work(other)
    const { holds, release } = hold(stage)
    await eventually(() => expect([holds(alone), holds(measured)]).toEqual([true, true]))
    const joined = await post('grafana', grafanaDelivery(about), 1)
    expect(joined.body.incidents).toEqual([{ incident_id: measured, outcome: 'attached' }])
    release()
    await settled()
    expect((await stored(measured)).status).toBe('awaiting_review')
    const { verdict, trace } = await stored(alone)
    expect(verdict).toMatchObject({ verdict: 'closed', attached_to: measured })
    expect(trace.filter((record) => record.stage === stage)).toEqual([])
    await expectBalance()
  },
)

test.each([
  ['is told of', {}, 'awaiting_review'],
  ['ends', { event_type: 'incident.resolved', occurred_at: '2026-05-17T12:30:00.000Z' }, 'closed'],
])('a page is merged, and between its look and its write the other one %s', async (_what, event, status) => {
  const { fault, post, page, grafana, ledger, stored, settled, expectBalance } = await open()
  const id = idOf(await grafana())
  await page()
  await settled()
  const other = pagerdutyDelivery({ fault: 'other' }, { id: 'QOTHER', incident_key: null }, event)
  const look = ledger.findRelated.bind(ledger)
  let alone = ''
  vi.spyOn(ledger, 'findRelated').mockImplementationOnce(async (...about) => {
    const found = await look(...about)
    alone = idOf((await post('pagerduty', other, 1)).body.incidents)
    return found
  })
  const resolve_reason = { type: 'merge_resolve_reason', incident: { id: 'QOTHER' } }
  const merged = { event_type: 'incident.resolved', occurred_at: '2026-05-17T12:20:00.000Z' }
  const { body } = await post('pagerduty', pagerdutyDelivery({ fault }, { status: 'resolved', resolve_reason }, merged))
  expect(body.incidents).toEqual([{ incident_id: id, outcome: status === 'closed' ? 'closed' : 'attached' }])
  expect((await stored(id)).status).toBe(status)
  expect(await stored(alone)).toMatchObject({ status: 'closed', verdict: { attached_to: id } })
  await expectBalance()
})

describe('over before anything else is told', () => {
  const over = { status: 'resolved', endsAt: '2026-05-17T12:16:30Z' }
  const resolved = { event_type: 'incident.resolved', occurred_at: '2026-05-17T12:17:31.650Z' }
  const ENDS = {
    grafana: ({ grafana }: Awaited<ReturnType<typeof open>>) => grafana(over),
    alertmanager: ({ alertmanager }: Awaited<ReturnType<typeof open>>) => alertmanager(over),
    pagerduty: ({ page }: Awaited<ReturnType<typeof open>>) => page({ status: 'resolved' }, resolved),
  }

  test.each(Object.keys(ENDS) as (keyof typeof ENDS)[])('by %s, nothing runs, whoever still fires', async (source) => {
    const opened = await open()
    const { grafana, alertmanager, page, stored, expectBalance } = opened
    const [first] = await ENDS[source](opened)
    expect(first?.outcome).toBe('closed')
    for (const fire of [grafana, alertmanager, () => page()])
      for (const { incident_id, outcome } of await fire()) {
        expect(incident_id).toBe(first?.incident_id)
        expect(outcome).toMatch(/attached|duplicate/)
      }
    const { verdict, sightings, events } = await stored(first?.incident_id ?? '')
    expect(verdict?.verdict).toBe('closed')
    expect(sightings.map(({ source, status }) => `${source} ${status}`)).toEqual(
      ['grafana', 'alertmanager', 'pagerduty'].map((one) => `${one} ${one === source ? 'resolved' : 'firing'}`),
    )
    expect(events.filter((event) => !['webhook_received', 'closed', 'source_attached'].includes(event))).toEqual([])
    await expectBalance()
  })
})

describe('after the verdict', () => {
  const passed = async () => {
    const opened = await open()
    const id = idOf(await opened.grafana({ labels: { priority: 'P2', severity: 'high' } }))
    await opened.page({ priority: { summary: 'P3' } })
    await opened.settled()
    expect(await opened.stored(id)).toMatchObject({ status: 'awaiting_review', event: { severity: 'P2' } })
    return { ...opened, id, before: await opened.stored(id) }
  }
  const later = (event_type: string, minute = '05') => ({ event_type, occurred_at: `2026-05-17T12:${minute}:44.031Z` })

  test.each([
    ['raised', 'P1', 'P1'],
    ['lowered', 'P5', 'P2'],
  ])('a priority that is %s is recorded, the highest stands, and nothing runs again', async (_how, told, stands) => {
    const { page, stored, id, before, expectBalance } = await passed()
    expect(await page({ priority: { summary: told } }, later('incident.priority_updated'))).toEqual([
      { incident_id: id, outcome: 'attached' },
    ])
    const after = await stored(id)
    expect(after).toMatchObject({ status: 'awaiting_review', event: { severity: stands }, decisions: before.decisions })
    const key = before.sightings[1]?.source_key
    expect(after.trace.slice(before.trace.length)).toMatchObject([
      { event: 'source_attached', decision_diff: { [`${key}.severity`]: ['P3', told] } },
    ])
    await expectBalance()
  })

  test('merging the page changes nothing; the end of the other one ends it', async () => {
    const { page, post, stored, id, before, expectBalance } = await passed()
    const resolve_reason = { type: 'merge_resolve_reason', incident: { id: 'QOTHER' } }
    await page({ status: 'resolved', resolve_reason }, later('incident.resolved'))
    expect(await stored(id)).toMatchObject({ status: 'awaiting_review', decisions: before.decisions })
    const other = { id: 'QOTHER', incident_key: null, title: 'Booking is down' }
    const ended = await post(
      'pagerduty',
      pagerdutyDelivery({ fault: 'other' }, other, later('incident.resolved', '30')),
    )
    expect(ended.body.incidents).toEqual([{ incident_id: id, outcome: 'closed' }])
    await expectBalance()
  })

  test('a page reopened is noted, and what was closed stays closed', async () => {
    const { page, stored, id, expectBalance } = await passed()
    await page({ status: 'resolved' }, later('incident.resolved'))
    expect(await stored(id)).toMatchObject({ status: 'closed' })
    expect(await page({}, later('incident.reopened', '10'))).toEqual([{ incident_id: id, outcome: 'attached' }])
    expect(await page({}, later('incident.reopened', '10'))).toEqual([{ incident_id: id, outcome: 'duplicate' }])
    expect(await page({ status: 'resolved' }, later('incident.resolved'))).toEqual([
      { incident_id: id, outcome: 'duplicate' },
    ])
    const { status, sightings } = await stored(id)
    expect([status, sightings[1]?.status]).toEqual(['closed', 'firing'])
    await expectBalance()
  })
})
