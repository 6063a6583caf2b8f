/** Incident ids: what is taken as it is, what is derived, and from what. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { INCIDENT_ID_PATTERN } from '../contracts/identifiers.ts'
import { defaultPrefix, identify } from './identify.ts'

const RECEIVED = '2026-05-18T00:00:01.000Z'
const alert = { incident_id: null, identity: '["target","high_memory_usage","api","prod","api-1"]', starts_at: null }
const started = { ...alert, starts_at: '2026-05-17T23:59:59.000Z' }

test('an id in the payload is taken as it is', () => {
  expect(identify({ ...started, incident_id: 'HM-2026-05-17-01' }, 'XX', RECEIVED)).toBe('HM-2026-05-17-01')
})

test('the derived id is one for all time: releases that differ would split an incident between them', () => {
  expect(identify(started, 'HM', RECEIVED)).toBe('HM-2026-05-17-ece4cd4af6d8')
})

test('it depends on identity and start, and on when it was received only without a start', () => {
  const id = identify(started, 'HM', RECEIVED)
  const later = '2026-06-01T00:00:00.000Z'
  expect(identify(started, 'HM', later)).toBe(id)
  expect(identify({ ...started, identity: 'other' }, 'HM', RECEIVED)).not.toBe(id)
  expect(identify({ ...started, starts_at: '2026-05-17T23:59:59.001Z' }, 'HM', RECEIVED)).not.toBe(id)
  expect(identify(alert, 'HM', RECEIVED)).toMatch(/^HM-2026-05-18-/)
  expect(identify(alert, 'HM', later)).toMatch(/^HM-2026-06-01-/)
  const said = { ...alert, as_of: '2026-05-19T00:00:00.000Z' }
  expect(identify(said, 'HM', later)).toBe(identify(said, 'HM', RECEIVED))
})

test.each([
  ['high_memory_usage', 'HM'],
  ['high-cpu', 'HC'],
  ['latency', 'LA'],
  ['5xx_errors', 'XE'],
  ['a', 'AX'],
  ['503', 'IN'],
])('without a policy %s gives %s', (incidentClass, prefix) => {
  expect(defaultPrefix(incidentClass)).toBe(prefix)
})

test('whatever the class and the identity, the derived id is fit to be a job id', () => {
  const anyClass = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/)
  const anyTime = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
  fc.assert(
    fc.property(anyClass, fc.string({ minLength: 1 }), anyTime, (incidentClass, identity, start) => {
      const derived = identify({ ...alert, identity, starts_at: start.toISOString() }, defaultPrefix(incidentClass), '')
      expect(derived).toMatch(INCIDENT_ID_PATTERN)
    }),
  )
})
