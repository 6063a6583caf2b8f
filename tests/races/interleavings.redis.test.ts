/** Any of what sources tell of one fault, in any order, any of it at once: one incident that says what was told last. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { StageName } from '../../src/shared/contracts/audit-record.ts'
import { loadPolicyFolder } from '../../src/shared/policy/policy-folder.ts'
import { alertmanagerDelivery, grafanaDelivery, pagerdutyDelivery } from '../support/faults.ts'
import { type Installation, openInstallation } from '../support/installation.ts'
import { eventually } from '../support/processes.ts'

const at = (minute: number) => ({ occurred_at: `2026-05-17T12:${minute}:00.000Z` })
const priority = (summary: string) => ({ priority: { summary } })
const RAISED = { event_type: 'incident.priority_updated', ...at(20) }
const MERGE = { type: 'merge_resolve_reason', incident: { id: '' } }
const OVER = { status: 'resolved', endsAt: '2026-05-17T12:16:30Z' }

/** The key of the page is told, or can be made out from the body of its alert, or comes with a later event. */
const KEYS = ['told', 'in the body', 'later'] as const
interface Fault {
  fault: string
  key: (typeof KEYS)[number]
}

const firstKey = ({ fault, key }: Fault) => {
  const labels = { alertname: 'high_memory_usage', namespace: 'prod', service: 'appointments-api', pod: `pod-${fault}` }
  if (key === 'told') return {}
  return { incident_key: null, ...(key === 'in the body' && { body: { details: { firing: [{ labels }] } } }) }
}
const another = ({ fault }: Fault) => `QO${fault.slice(0, 8)}`
const other = (about: Fault, patch: object, event: object) =>
  pagerdutyDelivery({ fault: `other-${about.fault}` }, { id: another(about), incident_key: null, ...patch }, event)

/** Told of every fault, in this or any other order. */
const ALWAYS: Record<string, (about: Fault) => [source: string, body: unknown]> = {
  grafana: ({ fault }) => ['grafana', grafanaDelivery({ fault })],
  page: (about) => ['pagerduty', pagerdutyDelivery(about, { ...firstKey(about), ...priority('P4') }, at(10))],
  raised: (about) => ['pagerduty', pagerdutyDelivery(about, priority('P1'), RAISED)],
}
/** Told of some. The other page is told of where this one is merged into it. */
const SOMETIMES: typeof ALWAYS = {
  alertmanager: ({ fault }) => ['alertmanager', alertmanagerDelivery({ fault, group: `own-${fault}` })],
  repeat: ({ fault }) => ['grafana', grafanaDelivery({ fault })],
  ended: ({ fault }) => ['grafana', grafanaDelivery({ fault }, OVER)],
  merged: (about) => {
    const resolve_reason = { ...MERGE, incident: { id: another(about) } }
    const patch = { ...priority('P1'), status: 'resolved', resolve_reason }
    return ['pagerduty', pagerdutyDelivery(about, patch, { event_type: 'incident.resolved', ...at(30) })]
  },
}
const MERGED: typeof ALWAYS = {
  other: (about) => ['pagerduty', other(about, priority('P1'), at(15))],
  otherEnded: (about) => ['pagerduty', other(about, priority('P1'), { event_type: 'incident.resolved', ...at(40) })],
}
const ARRIVALS = { ...ALWAYS, ...SOMETIMES, ...MERGED }

const ordered = (told: readonly string[]) =>
  fc.record({
    told: fc.shuffledSubarray([...told], { minLength: told.length }),
    /** How many go at once, again and again. */
    atOnce: fc.integer({ min: 1, max: 6 }),
    replica: fc.integer({ min: 0, max: 1 }),
  })
type Delivery = readonly [source: string, body: unknown]

let installation: Installation
beforeAll(async () => {
  installation = await openInstallation(inject('redisUrl'), await loadPolicyFolder('fixtures/policies'))
  installation.workAll()
})
afterAll(() => installation.close())

/** Sends the deliveries, so many at once, and returns the ids of all incidents that were answered. */
const tell = async (deliveries: readonly Delivery[], atOnce: number, replica: number): Promise<string[]> => {
  const ids = new Set<string>()
  const send = async ([source, body]: Delivery, i: number) => {
    const answer = await installation.post(source, body, replica + i)
    expect(answer.status).toBeLessThan(300)
    for (const { incident_id } of answer.body.incidents) ids.add(incident_id)
  }
  for (let from = 0; from < deliveries.length; from += atOnce)
    await Promise.all(deliveries.slice(from, from + atOnce).map(send))
  return [...ids]
}

/** Waits until so many incidents stand by themselves, all with this verdict; each stage decided at most once on each. */
const comesTo = (ids: readonly string[], count: number, status: string) =>
  eventually(async () => {
    const all = await Promise.all(ids.map(installation.stored))
    const standing = all.filter(({ verdict }) => !verdict?.attached_to)
    expect(standing.map((incident) => incident.status)).toEqual(Array(count).fill(status))
    for (const stage of StageName.options)
      for (const { trace } of all)
        expect(trace.filter((record) => record.stage === stage && record.decision_diff.status).length).toBeLessThan(2)
    return standing
  })

test('whatever is told of one fault at once, again, late or in reverse', { timeout: 180_000 }, async () => {
  const histories = fc
    .tuple(fc.subarray(Object.keys(SOMETIMES)), fc.subarray(Object.keys(MERGED)))
    .map(([some, merged]) => [...Object.keys(ALWAYS), ...some, ...(some.includes('merged') ? merged : [])])
    .chain((told) => fc.tuple(ordered([...told, ...told.slice(0, 2)]), fc.constantFrom(...KEYS)))
  await fc.assert(
    fc.asyncProperty(histories, async ([{ told, atOnce, replica }, key]) => {
      const about = { fault: randomUUID(), key }
      const ids = await tell(told.flatMap((name) => [ARRIVALS[name]?.(about) ?? []]) as Delivery[], atOnce, replica)
      const over = told.includes('ended') || told.includes('otherEnded')
      const [one] = await comesTo(ids, 1, over ? 'closed' : 'awaiting_review')
      expect(new Set(one?.sightings.map(({ source }) => source)).size).toBe(told.includes('alertmanager') ? 3 : 2)
      expect(one?.sightings.find(({ source }) => source === 'pagerduty')).toMatchObject({ severity: 'P1' })
    }),
    { numRuns: 60, endOnFailure: true },
  )
  await installation.expectBalance()
})

test('whatever is told of three pods of one group with two pages', { timeout: 180_000 }, async () => {
  const pods = ['a', 'b', 'c']
  const names = [
    ...pods.flatMap((pod) => [`grafana ${pod}`, `alertmanager ${pod}`]),
    'page one',
    'page two',
    'page one',
  ]
  await fc.assert(
    fc.asyncProperty(ordered(names), async ({ told, atOnce, replica }) => {
      const group = randomUUID()
      const ids = await tell(
        told.map((name): Delivery => {
          const [source = '', which] = name.split(' ')
          const pod = { fault: `${group}-${which}`, group }
          if (source === 'page')
            return ['pagerduty', pagerdutyDelivery({ ...pod, group }, { id: `Q${which}${group.slice(0, 8)}` })]
          if (source === 'grafana') return [source, grafanaDelivery(pod)]
          return [source, alertmanagerDelivery({ ...pod, group: `own-${pod.fault}` })]
        }),
        atOnce,
        replica,
      )
      const standing = await comesTo(ids, pods.length, 'awaiting_review')
      expect(standing.map(({ sightings }) => sightings.map(({ source }) => source))).toEqual(
        pods.map(() => ['grafana', 'alertmanager', 'pagerduty', 'pagerduty']),
      )
    }),
    { numRuns: 30, endOnFailure: true },
  )
  await installation.expectBalance()
})
