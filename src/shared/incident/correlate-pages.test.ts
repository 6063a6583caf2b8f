/** Pages: their later states, other names, bodies that name targets, and incidents of pages alone that become part of another. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Sighting } from '../contracts/alert.ts'
import type { Incident } from '../contracts/incident.ts'
import { correlate } from './correlate.ts'
import { given, idOf, type Ledger, partOf } from './ledger.fixture.ts'
import { alertmanager, at, grafana, OTHER_GROUP, page } from './sightings.fixture.ts'

const NO_GROUP = { group: null }

/** The same, whatever the order. */
const inEveryOrder = (alerts: readonly Sighting[], check: (ledger: Ledger) => void) =>
  fc.assert(
    fc.property(fc.shuffledSubarray([...alerts], { minLength: alerts.length }), (order) => {
      check(given(...order))
    }),
    { numRuns: 200 },
  )
const keysOf = (alerts: readonly Sighting[]) => [alerts.map(({ source_key }) => source_key).join()]

describe('one fault that comes together only with its last source', () => {
  const apart = [grafana(), alertmanager({ group: OTHER_GROUP }), page()]

  test('is one incident in every order, and what was a page alone says of which', () => {
    inEveryOrder(apart, (ledger) => expect(ledger.membership()).toEqual(keysOf(apart)))
    const ledger = given(page(), alertmanager({ group: OTHER_GROUP }))
    expect(ledger.receive(grafana())).toEqual([`attach ${idOf(grafana())}`])
    expect(ledger.incidents.get(idOf(page()))).toMatchObject({
      status: 'closed',
      verdict: { verdict: 'closed', attached_to: idOf(grafana()) },
    })
  })

  test('goes on as one: later states find the whole, and its group still has its page', () => {
    const ledger = given(page(), alertmanager({ group: OTHER_GROUP }), grafana())
    ledger.receive(grafana({ pod: 'api-2' }))
    expect(ledger.membership()).toContain(`${grafana({ pod: 'api-2' }).source_key},${page().source_key}`)
    expect(ledger.receive(page())).toEqual(
      [`repeat ${idOf(grafana())}`, `repeat ${idOf(grafana({ pod: 'api-2' }))}`].sort(),
    )
    ledger.receive(page({ status: 'resolved', received: 20 }))
    expect(ledger.statuses()).toEqual(['closed', 'closed'])
  })

  test.each(['readiness', 'dry-run', 'awaiting_review', 'semi_manual', 'closed'] as const)(
    'takes in a page alone that is %s',
    (status) => {
      const ledger = given(page(), alertmanager({ group: OTHER_GROUP }))
      ledger.end(idOf(page()), status)
      ledger.receive(grafana())
      expect(ledger.membership()).toEqual(keysOf(apart))
    },
  )

  test.each(['blocked', 'dry_run_passed', 'rejected', 'expired', 'dead_lettered'] as const)(
    'leaves a page alone that is %s as it is',
    (status) => {
      const ledger = given(page(), alertmanager({ group: OTHER_GROUP }))
      ledger.end(idOf(page()), status)
      ledger.receive(grafana())
      expect(ledger.incidents.get(idOf(page()))).toMatchObject({ status, verdict: null })
    },
  )

  test('named by some of its senders is one incident in every order', () => {
    const incident_id = 'HM-2026-05-17-01'
    const named = [grafana({ incident_id, ...NO_GROUP }), alertmanager(NO_GROUP), page({ incident_id, ...NO_GROUP })]
    inEveryOrder(named, (ledger) => expect(ledger.membership()).toEqual(keysOf(named)))
  })
})

describe('which of several incidents', () => {
  const has = (incident_id: string, status: Incident['status'], ...sightings: Sighting[]): Incident => {
    const [incident] = given(grafana()).standing()
    if (!incident) throw new Error('there is no incident')
    return { ...incident, incident_id, status, sightings }
  }
  const stepsOf = (alert: Sighting, ...incidents: Incident[]) =>
    correlate(alert, idOf(alert), incidents).map((step) =>
      step.step === 'create' ? step.step : `${step.step} ${step.incident.incident_id}`,
    )

  test('has the measurement already is the one', () => {
    const known = has('HM-2', 'normalize', grafana())
    expect(stepsOf(grafana(), has('HM-1', 'normalize', alertmanager()), known)).toEqual(['repeat HM-2'])
  })

  test('still goes on is the one that a measurement joins', () => {
    const [blocked, open] = [has('HM-1', 'blocked', page()), has('HM-2', 'normalize', page({ id: 'Q2' }))]
    expect(stepsOf(grafana(), blocked, open)).toEqual(['attach HM-2'])
  })

  test('is part of another stands back, unless it is all there is', () => {
    const whole = has('HM-2', 'awaiting_review', grafana(), page())
    const part = { ...has('HM-1', 'closed', page()), verdict: partOf('HM-2') }
    expect(stepsOf(page(), part, whole)).toEqual(['repeat HM-2'])
    expect(stepsOf(page(), part)).toEqual(['repeat HM-1'])
    expect(stepsOf(grafana({ pod: 'api-2' }), part)).toEqual(['create'])
  })
})

describe('a page without a key', () => {
  const pods = ['api-1']

  test('whose body names the target is one with its measurements, in every order', () => {
    const alerts = [grafana(NO_GROUP), alertmanager({ group: OTHER_GROUP }), page({ pods, ...NO_GROUP })]
    inEveryOrder(alerts, (ledger) => expect(ledger.membership()).toEqual(keysOf(alerts)))
  })

  test('goes with every target that its body names, and with no other', () => {
    const group = ['api-1', 'api-2', 'api-3'].map((pod) => grafana({ pod, ...NO_GROUP }))
    inEveryOrder([...group, page({ pods: ['api-1', 'api-3'], ...NO_GROUP })], (ledger) =>
      expect(ledger.membership().map((keys) => keys.includes('pagerduty'))).toEqual([true, false, true]),
    )
  })

  test('whose target was measured at another time is an incident of its own', () => {
    const over = grafana({ status: 'resolved', received: 30, ...NO_GROUP })
    inEveryOrder([over, page({ pods, starts: 40, ...NO_GROUP })], (ledger) => expect(ledger.incidents.size).toBe(2))
  })

  test('is recognised once a later state brings the key', () => {
    const told = page({ as_of: 1, ...NO_GROUP })
    const later = page({ as_of: 5 })
    inEveryOrder([grafana(), told, later], (ledger) => expect(ledger.membership()).toEqual(keysOf([grafana(), later])))
  })

  test('and without a body stays an incident of its own', () => {
    inEveryOrder([grafana(), page(NO_GROUP)], (ledger) => expect(ledger.standing()).toHaveLength(2))
  })
})

describe('the states of a page', () => {
  const severityOf = (ledger: Ledger) =>
    ledger.standing().flatMap(({ sightings }) => sightings.filter(({ kind }) => kind === 'paging'))[0]?.severity

  test('stand in the order in which they came about, not in which they are told', () => {
    const states = [page({ as_of: 1 }), page({ as_of: 5, severity: 'P3' }), page({ as_of: 9, severity: 'P2' })]
    inEveryOrder([grafana(), ...states], (ledger) => {
      expect(severityOf(ledger)).toBe('P2')
      expect(ledger.membership()).toEqual(keysOf([grafana(), page()]))
    })
  })

  test('are attached once each, and a repeat after', () => {
    const ledger = given(grafana(), page({ as_of: 1 }))
    const lowered = page({ as_of: 5, severity: 'P2' })
    expect(ledger.receive(lowered, lowered, page({ as_of: 1 })).map((step) => step.split(' ')[0])).toEqual([
      'attach',
      'repeat',
      'repeat',
    ])
  })

  test('that it is over counts when nothing later says otherwise', () => {
    const resolved = page({ as_of: 9, status: 'resolved', received: 9 })
    inEveryOrder([grafana(), page({ as_of: 1 }), resolved], (ledger) => expect(ledger.statuses()).toEqual(['closed']))
    const reopened = given(grafana(), page({ as_of: 1 }), page({ as_of: 12 }))
    expect(reopened.receive(resolved)).toEqual([`repeat ${idOf(grafana())}`])
    expect(reopened.statuses()).toEqual(['normalize'])
  })

  test('that it was reopened is noted, and what was closed stays closed', () => {
    const ledger = given(grafana(), page({ as_of: 1 }), page({ as_of: 9, status: 'resolved', received: 9 }))
    expect(ledger.receive(page({ as_of: 12 }))).toEqual([`attach ${idOf(grafana())}`])
    expect(ledger.statuses()).toEqual(['closed'])
    expect(ledger.standing()[0]?.sightings).toMatchObject([{}, { status: 'firing', ends_at: null }])
  })

  test('of one moment: that it is over is the later one', () => {
    const both = [page({ as_of: 1 }), page({ as_of: 1, status: 'resolved', received: 1 })]
    inEveryOrder(both, (ledger) => expect(ledger.statuses()).toEqual(['closed']))
  })
})

describe('a page that was merged into another', () => {
  const first = page({ as_of: 1, received: 1 })
  const merged = page({ as_of: 5, into: 'Q2' })
  const second = page({ id: 'Q2', as_of: 2, starts: 2, ...NO_GROUP })
  const over = page({ id: 'Q2', as_of: 9, starts: 2, received: 9, status: 'resolved', ...NO_GROUP })

  test('is not over', () => {
    const ledger = given(grafana(), first)
    expect(ledger.receive(merged)).toEqual([`attach ${idOf(grafana())}`])
    expect(ledger.statuses()).toEqual(['normalize'])
  })

  test('is one incident with the other in every order', () => {
    inEveryOrder([grafana(), first, merged, second], (ledger) => {
      expect(ledger.standing()).toHaveLength(1)
      expect(ledger.statuses()).toEqual(['normalize'])
    })
  })

  test('is over when the other is, in every order', () => {
    inEveryOrder([grafana(), first, merged, second, over], (ledger) => {
      expect(ledger.standing()).toHaveLength(1)
      expect(ledger.statuses()).toEqual(['closed'])
    })
  })

  test('and both pages alone, is one incident in every order', () => {
    inEveryOrder([first, merged, second], (ledger) => expect(ledger.standing()).toHaveLength(1))
  })

  test('leaves two measured faults two, and the end of the other ends both', () => {
    const shop = { identity: 'shop', group: OTHER_GROUP, pod: 'shop-1' }
    const faults = [grafana(), first, grafana(shop), page({ id: 'Q2', as_of: 2, starts: 2, group: OTHER_GROUP })]
    inEveryOrder([...faults, merged], (ledger) => expect(ledger.statuses()).toEqual(['normalize', 'normalize']))
    inEveryOrder([...faults, merged, { ...over, ends_at: at(9) }], (ledger) =>
      expect(ledger.statuses()).toEqual(['closed', 'closed']),
    )
  })
})
