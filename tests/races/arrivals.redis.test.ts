/** Every order in which the sources of one fault can arrive, at every moment: one incident, whole, decided at most once. */
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { StageName } from '../../src/shared/contracts/audit-record.ts'
import { loadPolicyFolder } from '../../src/shared/policy/policy-folder.ts'
import { alertmanagerDelivery, grafanaDelivery, pagerdutyDelivery } from '../support/faults.ts'
import { type Installation, openInstallation } from '../support/installation.ts'
import { eventually } from '../support/processes.ts'

interface Fault {
  fault: string
  /** Alertmanager's group is the same as Grafana's, or, as is usual, its own. */
  ownGroup: boolean
}

const ENDED = { status: 'resolved', endsAt: '2026-05-17T12:16:30Z' }
const ARRIVALS: Record<string, (about: Fault) => [source: string, body: unknown]> = {
  grafana: ({ fault }) => ['grafana', grafanaDelivery({ fault })],
  repeat: ({ fault }) => ['grafana', grafanaDelivery({ fault })],
  alertmanager: ({ fault, ownGroup }) => [
    'alertmanager',
    alertmanagerDelivery({ fault, group: ownGroup ? `own-${fault}` : fault }),
  ],
  pagerduty: ({ fault }) => ['pagerduty', pagerdutyDelivery({ fault })],
  resolved: ({ fault }) => ['grafana', grafanaDelivery({ fault }, ENDED)],
}
const SOURCES = ['grafana', 'alertmanager', 'pagerduty']
const DECIDED = ['incident_event_normalized', 'readiness_evaluated', 'dry_run_evaluated']

const ordersOf = (names: readonly string[]): string[][] =>
  names.length === 0
    ? [[]]
    : names.flatMap((first) => ordersOf(names.filter((name) => name !== first)).map((rest) => [first, ...rest]))

/** One fault, told in one order, and what was answered. */
const openCase = (order: readonly string[], ownGroup: boolean, { post }: Installation) => {
  const about = { fault: randomUUID(), ownGroup }
  const ids = new Set<string>()
  let sent = 0
  let last = ''
  const send = async (name: string) => {
    const [source, body] = ARRIVALS[name]?.(about) ?? ['', null]
    const { status, body: answer } = await post(source, body, sent++)
    expect({ name, status }).toEqual({ name, status: expect.toSatisfy((code: number) => code < 300) })
    const [{ incident_id }] = answer.incidents
    ids.add(incident_id)
    return incident_id as string
  }
  const inTurn = async (names: readonly string[]) => {
    for (const name of names) last = await send(name)
  }
  // Nothing runs before a measurement: a page alone waits for it.
  const opening = order.findIndex((name) => name !== 'pagerduty') + 1
  return {
    title: `${order.join()}${ownGroup ? ', own group' : ''}`,
    ids,
    together: () => Promise.all(order.map(send)),
    inTurn: () => inTurn(order),
    open: () => inTurn(order.slice(0, opening)),
    /** The incident that the opening made. */
    opened: () => last,
    goOn: () => inTurn(order.slice(opening)),
  }
}
type Case = ReturnType<typeof openCase>

/** A few cases at a time: what is to race is the deliveries of one, and a slow machine has to answer them all in time. */
const each = async (cases: readonly Case[], act: (one: Case) => Promise<unknown>) => {
  for (let from = 0; from < cases.length; from += 20) await Promise.all(cases.slice(from, from + 20).map(act))
}

const TIMINGS: Record<string, (cases: readonly Case[], installation: Installation) => Promise<unknown>> = {
  'together, before anything runs': async (cases, { workAll }) => {
    await each(cases, ({ together }) => together())
    workAll()
  },
  'together, while everything runs': (cases, { workAll }) => {
    workAll()
    return each(cases, ({ together }) => together())
  },
  'one after another, while everything runs': (cases, { workAll }) => {
    workAll()
    return each(cases, ({ inTurn }) => inTurn())
  },
  ...Object.fromEntries(
    StageName.options.map((stage) => [
      `while ${stage} decides`,
      async (cases: readonly Case[], { hold, work, ledger }: Installation) => {
        await each(cases, (one) => one.open())
        const opened = cases.map(({ opened }) => opened())
        for (const other of StageName.options) if (other !== stage) work(other)
        const { holds, release } = hold(stage)
        const untilHeld = (id: string) =>
          eventually(async () => expect(holds(id) || (await ledger.readRecord(id))?.status === 'closed').toBe(true))
        await Promise.all(opened.map(untilHeld))
        expect(opened.filter(holds).length).toBeGreaterThanOrEqual(cases.length / 2)
        await each(cases, ({ goOn }) => goOn())
        release()
      },
    ]),
  ),
  'after the verdict': async (cases, { workAll, ledger }) => {
    workAll()
    await each(cases, (one) => one.open())
    const opened = cases.map(({ opened }) => opened())
    await Promise.all(
      opened.map((id) => eventually(async () => expect((await ledger.readRecord(id))?.verdict).toBeTruthy())),
    )
    await each(cases, ({ goOn }) => goOn())
  },
}

let installation: Installation
afterEach(() => installation.close())

describe.each([
  ['all of them', Object.keys(ARRIVALS), 'closed', 1],
  ['all but the end', ['grafana', 'repeat', 'alertmanager', 'pagerduty'], 'awaiting_review', 2],
  // No third delivery comes that could put right what two of them got wrong.
  ['a measurement and its page', ['grafana', 'pagerduty'], 'awaiting_review', 20],
  ['two measurements', ['grafana', 'alertmanager'], 'awaiting_review', 20],
  ['a beginning and its end', ['grafana', 'resolved'], 'closed', 20],
])('%s, in every order', { timeout: 180_000 }, (_which, names, verdict, rounds) => {
  const orders = Array.from({ length: rounds }, () => ordersOf(names)).flat()
  const sources = SOURCES.filter((source) => names.includes(source))

  test.each(Object.entries(TIMINGS))('%s', async (_when, tell) => {
    installation = await openInstallation(inject('redisUrl'), await loadPolicyFolder('fixtures/policies'))
    const { stored, settled, expectBalance, ledger } = installation
    const cases = [false, true].flatMap((own) => orders.map((order) => openCase(order, own, installation)))
    await tell(cases, installation)
    await settled()
    for (const { title, ids } of cases) {
      const incidents = await Promise.all([...ids].map(stored))
      const [one, ...others] = incidents.filter(({ verdict }) => !verdict?.attached_to)
      expect({ title, others }).toEqual({ title, others: [] })
      expect({ title, sources: one?.sightings.map(({ source }) => source) }).toEqual({ title, sources })
      expect({ title, verdict: one?.verdict?.verdict }).toEqual({ title, verdict })
      for (const event of DECIDED) expect(one?.events.filter((recorded) => recorded === event).length).toBeLessThan(2)
      if (verdict !== 'closed') expect(one?.events.filter((event) => DECIDED.includes(event))).toEqual(DECIDED)
      for (const { verdict, trace } of incidents.filter((incident) => incident !== one)) {
        expect(verdict?.attached_to).toBe(one?.incident_id)
        expect(trace.at(-1)).toMatchObject({
          event: 'closed',
          decision_diff: { attached_to: [null, one?.incident_id] },
        })
        expect(trace.flatMap(({ event }) => event).filter((event) => DECIDED.includes(event))).toEqual([])
      }
    }
    expect((await ledger.accounting()).received).toBe(cases.length * names.length)
    await expectBalance()
  })
})
