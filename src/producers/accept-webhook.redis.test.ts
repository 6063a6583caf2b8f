/** The accept path over a real Redis, by two replicas at once: one incident, one job, one record, nothing uncounted. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Api, openApi } from '../../tests/support/api.ts'
import { alertmanagerDelivery, grafanaDelivery, pagerdutyDelivery } from '../../tests/support/faults.ts'
import { verifyChain } from '../shared/audit/verify-chain.ts'
import { imbalance } from '../shared/ledger/accounting.ts'
import { loadPolicyFolder } from '../shared/policy/policy-folder.ts'

const installation = `accept-${randomUUID()}`
let replicas: [Api, Api]

beforeAll(async () => {
  const policies = await loadPolicyFolder('fixtures/policies')
  replicas = [
    await openApi(inject('redisUrl'), installation, policies),
    await openApi(inject('redisUrl'), installation, policies),
  ]
})
afterAll(() => Promise.all(replicas.map((replica) => replica.close())))

type Pod = Parameters<typeof grafanaDelivery>[0]
const fresh = () => ({ fault: randomUUID() })
const toGrafana = (replica: Api, ...delivery: Parameters<typeof grafanaDelivery>) =>
  replica.post('/webhooks/grafana', grafanaDelivery(...delivery))
const toAlertmanager = (replica: Api, ...delivery: Parameters<typeof alertmanagerDelivery>) =>
  replica.post('/webhooks/alertmanager', alertmanagerDelivery(...delivery))
const toPagerduty = (replica: Api, ...delivery: Parameters<typeof pagerdutyDelivery>) =>
  replica.post('/webhooks/pagerduty', pagerdutyDelivery(...delivery))

type Answered = { incident_id: string; outcome: string }
const incidentsOf = ({ body }: { body: { incidents: Answered[] } }): Answered[] => body.incidents
const onlyId = (answers: { body: { incidents: Answered[] } }[]): string => {
  const ids = new Set(answers.flatMap(incidentsOf).map(({ incident_id }) => incident_id))
  expect(ids.size).toBe(1)
  return [...ids][0] ?? ''
}

/** What is stored of an incident, its chain checked on the way. */
const stored = async (incidentId: string) => {
  const read = await replicas[0].ledger.read(incidentId)
  if (!read) throw new Error(`${incidentId} is not in the ledger`)
  expect(verifyChain(read.trace, read.incident).problem).toBeNull()
  return {
    sources: read.incident.sightings.map(({ source }) => source),
    events: read.trace.map(({ event }) => event),
    incident: read.incident,
  }
}

const stateOfJob = (incidentId: string) => replicas[0].queue.getJobState(incidentId)
const expectBalance = async () => expect(imbalance(await replicas[0].ledger.accounting())).toBe(0)

describe('the two sources of a fault', () => {
  test('are one incident that starts at once, measurement first', async () => {
    const fault = fresh()
    const answers = [await toGrafana(replicas[0], fault), await toPagerduty(replicas[1], fault)]
    expect(answers.map(({ status }) => status)).toEqual([202, 202])
    expect(answers.flatMap(incidentsOf).map(({ outcome }) => outcome)).toEqual(['accepted', 'attached'])
    const id = onlyId(answers)
    expect(id).toMatch(/^HM-2026-05-17-[0-9a-f]{12}$/)
    expect(await stored(id)).toMatchObject({
      sources: ['grafana', 'pagerduty'],
      events: ['webhook_received', 'source_attached'],
    })
    expect(await stateOfJob(id)).toBe('waiting')
  })

  test('are one incident that waits for the measurement, page first', async () => {
    const fault = fresh()
    const first = await toPagerduty(replicas[0], fault)
    const id = onlyId([first])
    expect(await stateOfJob(id)).toBe('delayed')
    onlyId([first, await toGrafana(replicas[1], fault)])
    expect(await stored(id)).toMatchObject({ sources: ['grafana', 'pagerduty'], incident: { status: 'normalize' } })
    expect(await stateOfJob(id)).toBe('waiting')
  })

  test('are one incident at the same instant, twenty times', async () => {
    for (let round = 0; round < 20; round++) {
      const fault = fresh()
      const [one, other] = round % 2 ? replicas : replicas.toReversed()
      if (!one || !other) throw new Error('two replicas are needed')
      const answers = await Promise.all([toGrafana(one, fault), toPagerduty(other, fault)])
      const id = onlyId(answers)
      expect(await stored(id)).toMatchObject({ sources: ['grafana', 'pagerduty'] })
      expect(await stateOfJob(id)).toBe('waiting')
    }
    await expectBalance()
  })

  test('wait for the third that the policy asks for, though the page names no class', async () => {
    const policies = await loadPolicyFolder('fixtures/policies')
    const policy = policies.classes.get('high_memory_usage')
    if (!policy || !('card' in policy)) throw new Error('there is no policy for high_memory_usage')
    const strict = { ...policy, card: { ...policy.card, sources_required: 3 } }
    const classes = new Map([[policy.incident_class, strict]])
    const replica = await openApi(inject('redisUrl'), installation, { ...policies, classes })
    const fault = fresh()
    const id = onlyId([
      await toGrafana(replica, fault),
      await toPagerduty(replica, fault, { title: 'Something is wrong' }),
    ])
    expect(await stateOfJob(id)).toBe('delayed')
    onlyId([await toGrafana(replica, fault), await toAlertmanager(replica, fault)])
    expect(await stateOfJob(id)).toBe('waiting')
    await replica.close()
  })

  test('told of only when it was over is closed from the start, and has no job', async () => {
    const id = onlyId([await toGrafana(replicas[0], fresh(), { status: 'resolved', endsAt: '2026-05-17T12:16:30Z' })])
    expect(await stored(id)).toMatchObject({ events: ['webhook_received', 'closed'], incident: { status: 'closed' } })
    expect(await stateOfJob(id)).toBe('unknown')
  })

  test('end it before it was taken up, and its job is left to find it closed', async () => {
    const fault = fresh()
    const id = onlyId([await toGrafana(replicas[0], fault), await toPagerduty(replicas[0], fault)])
    const ended = await toPagerduty(replicas[1], fault, { status: 'resolved' })
    expect(ended).toMatchObject({ status: 200, body: { incidents: [{ outcome: 'duplicate' }] } })
    const resolved = await toGrafana(replicas[1], fault, { status: 'resolved', endsAt: '2026-05-17T12:16:30Z' })
    expect(resolved).toMatchObject({ status: 202, body: { incidents: [{ incident_id: id, outcome: 'closed' }] } })
    const { incident, events } = await stored(id)
    expect(events).toEqual(['webhook_received', 'source_attached', 'source_attached', 'closed'])
    expect(incident).toMatchObject({ status: 'closed', verdict: { verdict: 'closed', stage: 'accept' } })
    await expectBalance()
  })
})

test('a group of three pods that three sources tell of twice at the same instant is three incidents, twenty times', async () => {
  for (let round = 0; round < 20; round++) {
    const group = randomUUID()
    const [first, second, third] = ['a', 'b', 'c'].map((pod) => ({ fault: `${group}-${pod}`, group })) as [
      Pod,
      Pod,
      Pod,
    ]
    const tell = (replica: Api) => [
      () => toGrafana(replica, first),
      () => toPagerduty(replica, first),
      () => toGrafana(replica, second),
      () => toAlertmanager(replica, first),
      () => toGrafana(replica, third),
    ]
    const told = replicas.flatMap(tell)
    // Another order each round: it begins elsewhere in the list.
    const answers = await Promise.all([...told.slice(round % 10), ...told.slice(0, round % 10)].map((send) => send()))
    expect(answers.filter(({ status }) => status >= 400)).toEqual([])
    const ids = new Set(answers.flatMap(incidentsOf).map(({ incident_id }) => incident_id))
    const members = (await Promise.all([...ids].map(stored))).map(({ sources }) => sources.join())
    expect(members.sort()).toEqual(['grafana,alertmanager,pagerduty', 'grafana,pagerduty', 'grafana,pagerduty'])
  }
  await expectBalance()
})

describe('a storm', () => {
  test('of fifty identical deliveries on two replicas is one incident and 49 duplicates', async () => {
    const fault = fresh()
    const before = await replicas[0].queue.getJobCounts()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => toGrafana(i % 2 ? replicas[0] : replicas[1], fault)),
    )
    const outcomes = answers.flatMap(incidentsOf).map(({ outcome }) => outcome)
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(49)
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    const { incident, events } = await stored(onlyId(answers))
    expect(events).toEqual(['webhook_received'])
    expect(incident.duplicates).toBe(49)
    const after = await replicas[0].queue.getJobCounts()
    expect(after.waiting).toBe((before.waiting ?? 0) + 1)
    await expectBalance()
  })

  test('of a hundred pods of one group with their page, all at once, is a hundred incidents with that page', async () => {
    const group = randomUUID()
    const faults = Array.from({ length: 100 }, (_, i) => ({ fault: `${group}-${i}`, group }))
    const early = [await toGrafana(replicas[0], { fault: `${group}-early`, group })]
    const answers = await Promise.all([
      ...early,
      ...faults.slice(50).map((fault) => toGrafana(replicas[0], fault)),
      toPagerduty(replicas[1], { fault: group, group }),
      ...faults.slice(0, 50).map((fault) => toGrafana(replicas[1], fault)),
    ])
    expect(answers.filter(({ status }) => status >= 400)).toEqual([])
    const ids = new Set(answers.flatMap(incidentsOf).map(({ incident_id }) => incident_id))
    const incidents = await Promise.all([...ids].map(stored))
    const grafana = incidents.flatMap(({ incident }) => incident.sightings.filter(({ source }) => source === 'grafana'))
    expect(new Set(grafana.map(({ pod }) => pod)).size).toBe(101)
    expect(grafana).toHaveLength(101)
    expect(incidents.filter(({ sources }) => !sources.includes('pagerduty'))).toEqual([])
    await expectBalance()
  })

  test('of three hundred pods of one group, all at once, does not make them wait, and their page reaches them all', async () => {
    const group = randomUUID()
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, i) =>
        toGrafana(i % 2 ? replicas[0] : replicas[1], { fault: `${group}-${i}`, group }),
      ),
    )
    expect(answers.filter(({ status }) => status !== 202)).toEqual([])
    const ids = new Set(answers.flatMap(incidentsOf).map(({ incident_id }) => incident_id))
    expect(ids.size).toBe(300)
    const fault = { fault: group, group }
    const paged = incidentsOf(await toPagerduty(replicas[0], fault))
    expect(new Set(paged.map(({ incident_id }) => incident_id))).toEqual(ids)
    const over = { event_type: 'incident.resolved', occurred_at: '2026-05-17T12:17:31.650Z' }
    const ended = incidentsOf(await toPagerduty(replicas[1], fault, { status: 'resolved' }, over))
    expect(ended.filter(({ outcome }) => outcome === 'closed')).toHaveLength(300)
    await expectBalance()
  })
})
