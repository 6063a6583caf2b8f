/** What of a request's headers is kept with a delivery that was not understood. */
import { expect, it } from 'vitest'
import type { QuarantinedDelivery } from '../../shared/contracts/quarantine.ts'
import { cloudevents } from '../../shared/sources/cloudevents.ts'
import { createLog } from '../../shared/telemetry/log.ts'
import { createMetrics } from '../../shared/telemetry/metrics.ts'
import { quarantineRejected } from './quarantine-rejected.ts'

const keptOf = async (headers: Record<string, string>): Promise<Record<string, string>> => {
  const kept: QuarantinedDelivery[] = []
  const quarantine = {
    keep: async (delivery: QuarantinedDelivery) => {
      kept.push(delivery)
      return 0
    },
  }
  const delivery = { request_id: 'r', received_at: '2026-05-17T11:42:30.000Z', raw: Buffer.from('{}'), body: {} }
  const context = { quarantine, metrics: createMetrics('0.0.0'), log: createLog('api', 'silent') }
  await quarantineRejected({ source: cloudevents, ...delivery, headers, reasons: ['data is missing'] }, context)
  return kept[0]?.headers ?? {}
}

const TELLING = {
  'content-type': 'application/json; charset=utf-8',
  'ce-specversion': '1.0',
  'ce-id': 'a-7',
  'ce-source': '/checks/disk%20full',
  'ce-type': 'com.example.alert.firing.v1',
  'ce-time': '2026-05-17T11:42:00.000Z',
  'ce-severitytext': 'ERROR',
}

it('those that tell what the body is are kept', async () => {
  expect(await keptOf(TELLING)).toEqual(TELLING)
})

it.each([
  ['ce-subject', 'Maria Ivanova'],
  ['ce-subject', 'Maria%20Ivanova'],
  ['ce-user', 'maria.ivanova'],
  ['ce-password', 'hunter2'],
  ['ce-token', 'hunter2'],
  ['ce-clientip', 'host-7'],
  ['ce-note', 'called Maria'],
  ['ce-source', '/maria%40clinic.example'],
  ['ce-source', 'a\u009b31mb'],
  ['ce-source', 'a%C2%9B31mb'],
  ['ce-source', 'a%E2%80%AEb'],
  ['content-type', 'application/json; x=\u009b31m'],
  ['authorization', 'Bearer abcdef'],
])('an attribute is redacted as in a body: %s: %j', async (name, value) => {
  const { [name]: _, ...others } = TELLING as Record<string, string>
  expect(await keptOf({ ...others, [name]: value })).toEqual(others)
})
