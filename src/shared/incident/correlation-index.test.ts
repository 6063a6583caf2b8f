/** Where an alert looks for what it belongs to, and where it is listed. */
import { expect, test } from 'vitest'
import { correlationIndex } from './correlation-index.ts'
import { GROUP, grafana, page } from './sightings.fixture.ts'

const keysOf = (alert: ReturnType<typeof page>, kind: string) =>
  alert.correlation_keys.filter((key) => key.startsWith(kind))

test('a measurement looks at its target and at the pages of its group', () => {
  const alert = grafana()
  const own = [...keysOf(alert, 'native:'), ...keysOf(alert, 'target:')]
  expect(own).toHaveLength(2)
  expect(correlationIndex(alert)).toEqual({ look: [...own, `pages:${GROUP}`], list: [...own, GROUP] })
})

test('a page looks at the whole group, and is listed among its pages', () => {
  const alert = page({ pods: ['api-1'] })
  const own = [...keysOf(alert, 'native:'), ...keysOf(alert, 'target:')]
  expect(own).toHaveLength(2)
  expect(correlationIndex(alert)).toEqual({ look: [...own, GROUP], list: [...own, GROUP, `pages:${GROUP}`] })
})

test('an alert that names its incident is found by that too', () => {
  const { look, list } = correlationIndex(grafana({ incident_id: 'HM-1' }))
  expect([look, list].map((keys) => keys.filter((key) => key.startsWith('id:')))).toEqual([['id:HM-1'], ['id:HM-1']])
})
