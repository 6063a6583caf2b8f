/** Which incident an alert belongs to, over a ledger in memory: every rule. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Sighting } from '../contracts/alert.ts'
import { correlate } from './correlate.ts'
import { given, idOf, Ledger } from './ledger.fixture.ts'
import { merge } from './merge.ts'
import { alarm, alertmanager, at, GROUP, grafana, legacy, OTHER_GROUP, page } from './sightings.fixture.ts'

describe('one occurrence', () => {
  test('is one incident, however often it is told', () => {
    const ledger = new Ledger()
    expect(ledger.receive(grafana())).toEqual([`create ${idOf(grafana())}`])
    expect(ledger.receive(grafana(), grafana({ received: 500 }))).toEqual(Array(2).fill(`repeat ${idOf(grafana())}`))
  })

  test.each(['blocked', 'dry_run_passed', 'closed', 'dead_lettered'] as const)(
    'is a repeat after %s as well',
    (verdict) => {
      const ledger = given(grafana())
      ledger.end(idOf(grafana()), verdict)
      expect(ledger.receive(grafana())).toEqual([`repeat ${idOf(grafana())}`])
    },
  )

  test('seen by another metric source with the same derived id is attached', () => {
    const ledger = given(grafana())
    expect(ledger.receive(alertmanager({ group: OTHER_GROUP }))).toEqual([`attach ${idOf(grafana())}`])
  })

  test('with an explicit id is the incident of that id', () => {
    const incident_id = 'HM-2026-05-17-01'
    const ledger = given(grafana({ incident_id }))
    expect(ledger.receive(page({ incident_id, group: null }))).toEqual([`attach ${incident_id}`])
  })

  test('whose sources name different targets is attached all the same: readiness blocks it', () => {
    const incident_id = 'HM-2026-05-17-01'
    const ledger = given(grafana({ incident_id }))
    expect(ledger.receive(page({ incident_id, pod: 'api-9', service: 'shop' }))).toEqual([`attach ${incident_id}`])
    const [incident] = ledger.incidents.values()
    expect(merge(incident_id, incident?.sightings ?? []).conflicts.map(({ field }) => field)).toEqual([
      'service',
      'pod',
    ])
  })

  test('another pod is another incident', () => {
    expect(given(grafana(), grafana({ pod: 'api-2' })).incidents.size).toBe(2)
  })
})

describe('a page and a measurement of one group', () => {
  test.each<[string, Sighting[]]>([
    ['measurement first', [grafana(), page()]],
    ['page first', [page(), grafana()]],
  ])('are one incident, %s', (_order, alerts) => {
    const ledger = given(...alerts)
    expect(ledger.membership()).toEqual([`${grafana().source_key},${page().source_key}`])
  })

  test.each<[string, Sighting[]]>([
    ['the groups differ', [grafana(), page({ group: OTHER_GROUP })]],
    ['neither has a group', [grafana({ group: null }), page({ group: null })]],
    [
      'the fault was over when the page was raised',
      [grafana({ status: 'resolved', received: 30 }), page({ starts: 40 })],
    ],
    ['the page was over when the fault began', [page({ status: 'resolved', received: 30 }), grafana({ starts: 40 })]],
    ['the page came more than a day after', [grafana(), page({ starts: 24 * 60 + 1 })]],
    ['both are pages, however equal the group', [page(), page({ id: 'Q2' })]],
    ['they carry different explicit ids', [grafana({ incident_id: 'HM-1' }), page({ incident_id: 'HM-2' })]],
  ])('are two when %s, in both orders', (_why, alerts) => {
    expect(given(...alerts).incidents.size).toBe(2)
    expect(given(...alerts.toReversed()).incidents.size).toBe(2)
  })

  test.each([-5, 0, 24 * 60])('are one when the page was raised %i minutes after the start', (starts) => {
    expect(given(grafana(), page({ starts })).incidents.size).toBe(1)
    expect(given(page({ starts }), grafana()).incidents.size).toBe(1)
  })

  test.each<[string, Sighting[]]>([
    [
      'the fault ended in the moment the page was raised',
      [grafana({ status: 'resolved', received: 31 }), page({ starts: 30 })],
    ],
    [
      'the page ended in the moment the fault began',
      [page({ status: 'resolved', received: 30 }), grafana({ starts: 30 })],
    ],
    [
      'one of two groups of the page is its group',
      [grafana(), { ...page(), correlation_keys: [OTHER_GROUP, ...page().correlation_keys] }],
    ],
    ['the page is known under another name by then', [grafana(), page(), page({ id: 'Q3', into: 'Q1' })]],
  ])('are one when %s', (_why, alerts) => {
    const ledger = given(...alerts)
    expect(ledger.standing().map(({ sightings }) => sightings.map(({ kind }) => kind).sort())).toEqual([
      ['metric', 'paging'],
    ])
  })

  test('a page is told apart from the one that was merged into it', () => {
    const ledger = given(grafana(), page({ as_of: 1 }), page({ id: 'Q2', as_of: 1 }), page({ as_of: 2, into: 'Q2' }))
    ledger.receive(page({ id: 'Q2', as_of: 9, severity: 'P2' }))
    const pages = ledger.standing().flatMap(({ sightings }) => sightings.slice(1))
    expect(pages.map(({ source_key, severity }) => `${source_key} ${severity}`)).toEqual([
      'pagerduty:Q1 P1',
      'pagerduty:Q2 P2',
    ])
  })

  test('are found in the same order, whatever order they were read in', () => {
    const ledger = given(grafana(), grafana({ pod: 'api-2' }), grafana({ pod: 'api-3' }))
    const alert = page()
    const related = ledger.related(alert)
    expect(related).toHaveLength(3)
    const steps = correlate(alert, idOf(alert), related)
    expect(correlate(alert, idOf(alert), related.toReversed())).toEqual(steps)
    const ids = steps.map((step) => (step.step === 'create' ? '' : step.incident.incident_id))
    expect(ids).toEqual([...ids].sort())
  })

  test('an incident of pages alone becomes part of one measured incident, not of each', () => {
    const ledger = given(grafana(), grafana({ pod: 'api-2' }), page({ id: 'Q2', group: OTHER_GROUP }))
    const joining = page({ into: 'Q2' })
    const steps = correlate(joining, idOf(joining), ledger.related(joining))
    expect(steps.map((step) => ('absorbs' in step ? step.absorbs.length : null))).toEqual([1, 0])
  })

  test('an incident of pages that was overlooked is joined by the next repeat', () => {
    const ledger = given(grafana())
    ledger.apply({ step: 'create', incident_id: idOf(page()), sightings: [page()] }, page())
    expect(ledger.standing()).toHaveLength(2)
    expect(ledger.receive(grafana())).toEqual([`attach ${idOf(grafana())}`])
    expect(ledger.membership()).toEqual([`${grafana().source_key},${page().source_key}`])
  })

  test('two pages of the group, as two services get them, are one with the measurement in every order', () => {
    const alerts = [grafana(), page(), page({ id: 'Q2' })]
    fc.assert(
      fc.property(fc.shuffledSubarray(alerts, { minLength: 3 }), (order) => {
        expect(given(...order).membership()).toEqual([alerts.map(({ source_key }) => source_key).join()])
      }),
    )
  })

  test('a page goes with every incident of its group, save those that began more than a day before it', () => {
    const ledger = given(page(), grafana(), grafana({ pod: 'api-2' }), grafana({ pod: 'api-3', starts: -24 * 60 }))
    expect(ledger.membership().map((keys) => keys.includes('pagerduty'))).toEqual([true, true, false])
  })

  test('two metric sources that name two ids for one target are two', () => {
    const two = [grafana({ incident_id: 'HM-1' }), alertmanager({ incident_id: 'HM-2' })]
    expect(given(...two).incidents.size).toBe(2)
  })

  test('another source of the measured fault finds it by its target and start, whatever its group', () => {
    const ledger = given(page(), grafana())
    expect(ledger.receive(alertmanager({ group: OTHER_GROUP }))).toEqual([`attach ${idOf(page())}`])
  })

  test('another metric source whose clock differs is found by group and target', () => {
    const ledger = given(grafana())
    expect(ledger.receive(alertmanager({ starts: 0.5 }))).toEqual([`attach ${idOf(grafana())}`])
  })

  test('a page that was cut off after one incident of its group still reaches the others', () => {
    const ledger = given(grafana(), grafana({ pod: 'api-2' }))
    const [first] = correlate(page(), idOf(page()), ledger.related(page()))
    if (first) ledger.apply(first, page())
    expect(
      ledger
        .receive(page())
        .map((step) => step.split(' ')[0])
        .sort(),
    ).toEqual(['attach', 'repeat'])
    expect(ledger.receive(page()).map((step) => step.split(' ')[0])).toEqual(['repeat', 'repeat'])
  })
})

describe('resolved', () => {
  test.each(['normalize', 'readiness', 'dry-run', 'awaiting_review', 'semi_manual'] as const)(
    'closes in %s',
    (status) => {
      const ledger = given(grafana())
      ledger.end(idOf(grafana()), status)
      expect(ledger.receive(grafana({ status: 'resolved' }))).toEqual([`close ${idOf(grafana())}`])
    },
  )

  test.each(['blocked', 'dry_run_passed', 'rejected', 'expired', 'dead_lettered'] as const)(
    'after %s is attached and leaves the verdict',
    (verdict) => {
      const ledger = given(grafana())
      ledger.end(idOf(grafana()), verdict)
      expect(ledger.receive(grafana({ status: 'resolved' }))).toEqual([`attach ${idOf(grafana())}`])
      expect(ledger.statuses()).toEqual([verdict])
    },
  )

  test('keeps what the source measured while it fired, and when it ended', () => {
    const ledger = given(
      grafana(),
      grafana({ status: 'resolved', received: 30, metric_context: { memory_percent: 61 } }),
    )
    expect(ledger.incidents.get(idOf(grafana()))?.sightings).toMatchObject([
      { status: 'resolved', ends_at: at(29), metric_context: { memory_percent: 93 } },
    ])
  })

  test('first is born closed, and the firing that comes later changes nothing', () => {
    const ledger = given(grafana({ status: 'resolved', received: 30 }))
    expect(ledger.statuses()).toEqual(['closed'])
    expect(ledger.receive(grafana({ received: 31 }))).toEqual([`repeat ${idOf(grafana())}`])
  })

  test('then firing again is a new episode, and a new incident', () => {
    const ledger = given(grafana(), grafana({ status: 'resolved', received: 30 }))
    expect(ledger.receive(grafana({ starts: 60 }))).toEqual([`create ${idOf(grafana({ starts: 60 }))}`])
    expect(ledger.receive(grafana({ starts: 60 }))).toEqual([`repeat ${idOf(grafana({ starts: 60 }))}`])
    expect(ledger.receive(grafana({ received: 90 }))).toEqual([`repeat ${idOf(grafana())}`])
  })

  test('the page of the new episode goes to the new incident alone', () => {
    const episode = [grafana({ starts: 60 }), page({ id: 'Q2', starts: 61 })]
    for (const next of [episode, episode.toReversed()]) {
      const ledger = given(grafana(), page(), grafana({ status: 'resolved', received: 30 }))
      ledger.receive(page({ status: 'resolved', received: 31 }), ...next)
      expect(ledger.membership()).toEqual(
        [
          [grafana(), page()],
          [grafana({ starts: 60 }), page({ id: 'Q2' })],
        ].map((members) => members.map(({ source_key }) => source_key).join()),
      )
    }
  })
})

describe('a rule without start times', () => {
  test('repeats while it fires, ends with ok, and begins anew with the next firing', () => {
    const ledger = new Ledger()
    const first = idOf(legacy({ received: 0 }))
    const second = idOf(legacy({ received: 40 }))
    const told = (received: number, status: Sighting['status']) => ledger.receive(legacy({ received, status }))
    expect(told(0, 'firing')).toEqual([`create ${first}`])
    expect(told(5, 'firing')).toEqual([`repeat ${first}`])
    expect(told(10, 'resolved')).toEqual([`close ${first}`])
    expect(told(11, 'resolved')).toEqual([`repeat ${first}`])
    expect(told(40, 'firing')).toEqual([`create ${second}`])
    expect(told(45, 'firing')).toEqual([`repeat ${second}`])
    expect(told(50, 'resolved')).toEqual([`close ${second}`])
    expect(ledger.statuses()).toEqual(['closed', 'closed'])
    expect(ledger.incidents.get(first)?.sightings).toMatchObject([{ ends_at: at(10) }])
  })

  test('repeats while it fires, also with a page beside it', () => {
    const grouped = (received: number) => {
      const alert = legacy({ received })
      return { ...alert, correlation_keys: [...alert.correlation_keys, GROUP] }
    }
    const ledger = given(grouped(0), page())
    expect(ledger.receive(grouped(5))).toEqual([`repeat ${idOf(grouped(0))}`])
  })

  test('that says ok before anything else is born closed', () => {
    expect(given(legacy({ status: 'resolved' })).statuses()).toEqual(['closed'])
  })

  test('its episode after a verdict is still the one open', () => {
    const ledger = given(legacy())
    ledger.end(idOf(legacy()), 'blocked')
    expect(ledger.receive(legacy({ received: 5 }))).toEqual([`repeat ${idOf(legacy())}`])
    expect(ledger.receive(legacy({ received: 6, status: 'resolved' }))).toEqual([`attach ${idOf(legacy())}`])
  })
})

describe('an alarm that says when it changed, but not when it began', () => {
  const [first, second] = [idOf(alarm(1)), idOf(alarm(20))]

  test.each<[string, Sighting[], string[]]>([
    ['is repeated by a reminder', [alarm(1), alarm(5)], [`create ${first}`, `repeat ${first}`]],
    ['ends', [alarm(1), alarm(10, 'resolved')], [`create ${first}`, `close ${first}`]],
    [
      'does not begin again when it is told late',
      [alarm(1), alarm(10, 'resolved'), alarm(1), alarm(9)],
      [`create ${first}`, `close ${first}`, `repeat ${first}`, `repeat ${first}`],
    ],
    [
      'is over when its end is told first',
      [alarm(10, 'resolved'), alarm(1)],
      [`create ${idOf(alarm(10, 'resolved'))}`, `repeat ${idOf(alarm(10, 'resolved'))}`],
    ],
    [
      'begins anew after its end',
      [alarm(1), alarm(10, 'resolved'), alarm(20)],
      [`create ${first}`, `close ${first}`, `create ${second}`],
    ],
    [
      'is not ended by what ended before it',
      [alarm(1), alarm(10, 'resolved'), alarm(20), alarm(10, 'resolved')],
      [`create ${first}`, `close ${first}`, `create ${second}`, `repeat ${second}`],
    ],
  ])('%s', (_what, alerts, steps) => {
    expect(new Ledger().receive(...alerts)).toEqual(steps)
  })
})
