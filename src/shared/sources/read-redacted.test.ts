/** What was redacted is not there, and never becomes part of what an alert is known by. */
import { expect, test } from 'vitest'
import { fixtureBody, patched } from '../../../tests/support/fixture.ts'
import { RECEIVED_AT } from '../../../tests/support/source-fixtures.ts'
import { betterstack } from './betterstack.ts'
import { grafana } from './grafana.ts'
import { readRedacted } from './read-redacted.ts'
import { redactDelivery } from './redact-delivery.ts'
import { REDACTED } from './sensitive-text.ts'

const firing = fixtureBody('webhooks/grafana/firing.single.json')
const read = (patch: object) => {
  const body = redactDelivery(grafana, patched(firing, { alerts: { 0: patch } }))
  return readRedacted(grafana, body, RECEIVED_AT, {})
}

test('what may stay is read as it was', () => {
  expect(read({})).toMatchObject([{ reading: 'alert', alert: { service: 'appointments-api', source_ref: '' } }])
})

test('a field that was taken out is one that is missing', () => {
  expect(read({ labels: { service: 'maria@clinic.example' } })).toEqual([
    { reading: 'rejected', reason: expect.stringMatching(/^alerts\[0\]\.labels\.service is missing/) },
  ])
  expect(read({ labels: { pod: 'maria@clinic.example' } })).toMatchObject([{ alert: { pod: '' } }])
})

test('part of a text names nothing either', () => {
  const body = patched(fixtureBody('webhooks/betterstack/incident.started.json'), {
    data: { attributes: { name: `api-${REDACTED} /healthz` } },
  })
  expect(readRedacted(betterstack, body, RECEIVED_AT, {})).toEqual([
    { reading: 'rejected', reason: expect.stringContaining('redacted') },
  ])
})
