import { expect, it } from 'vitest'
import type { Sighting } from '../contracts/alert.ts'
import { sumUp } from './merge.ts'
import { alertmanager, grafana } from './sightings.fixture.ts'
import { stopScopes } from './stop-scopes.ts'

const OWN = ['global', 'class:high_memory_usage', 'service:api']

it.each<[string, Sighting[], string | null, string[]]>([
  ['one source', [grafana()], null, OWN],
  ['an action', [grafana()], 'restart_pod', [...OWN, 'action:restart_pod']],
  ['two that agree', [grafana(), alertmanager()], null, OWN],
  ['two services', [grafana(), alertmanager({ service: 'billing api' })], null, [...OWN, 'service:billing api']],
  [
    'two classes',
    [grafana(), alertmanager({ incident_class: 'oom' })],
    null,
    ['global', 'class:high_memory_usage', 'class:oom', 'service:api'],
  ],
])('%s', (_what, sightings, action, scopes) => {
  expect(stopScopes({ incident_class: 'high_memory_usage', seen: sumUp(sightings) }, action)).toEqual(scopes)
})
