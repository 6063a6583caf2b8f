/** Which incidents come of alerts, whatever order they arrive in and however often. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Sighting } from '../contracts/alert.ts'
import { given, type Ledger } from './ledger.fixture.ts'
import { alertmanager, at, GROUP, grafana, OTHER_GROUP, page } from './sightings.fixture.ts'

describe.each([
  ['one group', GROUP],
  ['groups of their own', OTHER_GROUP],
])('every order of arrival, the two metric sources with %s', (_groups, group) => {
  const firing = [
    grafana(),
    grafana({ pod: 'api-2', starts: 2 }),
    grafana({ pod: 'api-3', starts: 3 }),
    page({ starts: 1 }),
    alertmanager({ group }),
  ]
  const ended = firing.map((alert): Sighting => ({ ...alert, status: 'resolved', ends_at: at(30) }))
  const groupOfThree = [
    'alertmanager:api-1,grafana:api-1,pagerduty:Q1',
    'grafana:api-2,pagerduty:Q1',
    'grafana:api-3,pagerduty:Q1',
  ]
  const plain = (ledger: Ledger) =>
    ledger
      .membership()
      .map((keys) =>
        keys
          .replaceAll(/:2026[^,]*/g, '')
          .split(',')
          .sort()
          .join(),
      )
      .sort()

  test('gives a group of three pods with one page the same three incidents, and all of them end', () => {
    const orders = [
      fc.shuffledSubarray(firing, { minLength: 5 }),
      fc.shuffledSubarray(ended, { minLength: 5 }),
    ] as const
    fc.assert(
      fc.property(...orders, (begin, end) => {
        const ledger = given(...begin)
        expect(plain(ledger)).toEqual(groupOfThree)
        expect(ledger.statuses()).toEqual(['normalize', 'normalize', 'normalize'])
        ledger.receive(...end)
        expect(plain(ledger)).toEqual(groupOfThree)
        expect(ledger.statuses()).toEqual(['closed', 'closed', 'closed'])
      }),
      { numRuns: 500 },
    )
  })

  test('gives the same whichever of them have ended, and ends the same incidents', () => {
    const endings = (ledger: Ledger) =>
      ledger
        .standing()
        .map(({ status, sightings }) => `${sightings.find(({ kind }) => kind === 'metric')?.pod} ${status}`)
        .sort()
    const some = fc.subarray(ended).chain((over) => {
      const all = [...firing, ...over]
      return fc.tuple(fc.constant(over), fc.shuffledSubarray(all, { minLength: all.length }))
    })
    fc.assert(
      fc.property(some, ([over, deliveries]) => {
        const ledger = given(...deliveries)
        expect(plain(ledger)).toEqual(groupOfThree)
        expect(endings(ledger)).toEqual(endings(given(...firing, ...over)))
      }),
      { numRuns: 1000 },
    )
  })

  test('gives the same even when ends overtake beginnings and everything is told twice', () => {
    const all = [...firing, ...ended, ...firing, ...ended]
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (deliveries) => {
        const ledger = given(...deliveries)
        expect(plain(ledger)).toEqual(groupOfThree)
        expect(ledger.statuses()).toEqual(['closed', 'closed', 'closed'])
      }),
      { numRuns: 500 },
    )
  })
})
