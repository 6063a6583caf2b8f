/** What makes an alert and an incident one fault, rule by rule. */
import { expect, test } from 'vitest'
import type { Sighting } from '../contracts/alert.ts'
import type { Incident } from '../contracts/incident.ts'
import { isPageOf, sameFault, sameStart } from './same-fault.ts'
import { alertmanager, grafana, OTHER_GROUP, page } from './sightings.fixture.ts'

const incident = (...sightings: Sighting[]) => ({ sightings }) as Incident
const withGroups = (alert: Sighting) => ({ ...alert, correlation_keys: [OTHER_GROUP, ...alert.correlation_keys] })
const over = grafana({ status: 'resolved', received: 30 })

test.each<[string, Sighting, Sighting, boolean]>([
  ['of its group', page(), grafana(), true],
  ['of one of its groups', withGroups(page()), grafana(), true],
  ['of another group', page({ group: OTHER_GROUP }), grafana(), false],
  ['whose body names the target', page({ group: OTHER_GROUP, pods: ['api-2', 'api-1'] }), grafana(), true],
  ['that names the same incident', page({ incident_id: 'HM-1' }), grafana({ incident_id: 'HM-1' }), true],
  ['that names another incident', page({ incident_id: 'HM-2' }), grafana({ incident_id: 'HM-1' }), false],
  ['of another page', page({ id: 'Q2' }), page(), false],
  ['raised as the fault ended', page({ starts: 29 }), over, true],
  ['raised after the fault had ended', page({ starts: 29.5 }), over, false],
  ['raised before it was told that the fault had ended', page({ starts: 30 }), { ...over, ends_at: null }, true],
  ['raised after it was told so', page({ starts: 31 }), { ...over, ends_at: null }, false],
])('a page %s', (_, alert, of, expected) => {
  expect(isPageOf(alert, of)).toBe(expected)
})

test.each<[string, Sighting, Incident, boolean]>([
  ['one page of several', grafana(), incident(page({ group: OTHER_GROUP }), page({ id: 'Q2' })), true],
  ['no page', grafana(), incident(page({ group: OTHER_GROUP })), false],
  ['another source of the target', alertmanager({ starts: 2 }), incident(grafana()), true],
  ['one of its measurements', alertmanager({ starts: 2 }), incident(grafana({ pod: 'api-2' }), grafana()), true],
  ['another target of the group', alertmanager({ pod: 'api-2' }), incident(grafana()), false],
  ['the same source', grafana({ starts: 2 }), incident(grafana()), false],
  ['the same source beside another', grafana({ starts: 2 }), incident(grafana(), alertmanager()), false],
])('a measurement finds %s', (_, alert, known, expected) => {
  expect(sameFault(known, alert)).toBe(expected)
})

test('one target and one start are one fault, unless a sender names another incident', () => {
  const told = alertmanager({ incident_id: 'HM-2', group: OTHER_GROUP })
  expect(sameStart(incident(grafana(), page()), told)).toBe(true)
  expect(sameStart(incident(grafana({ incident_id: 'HM-1' }), page()), told)).toBe(false)
})
