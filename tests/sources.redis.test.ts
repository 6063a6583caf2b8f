/** What sources tell each other through a real ledger: one fault in many words, and episodes of a rule without a start. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { imbalance } from '../src/shared/ledger/accounting.ts'
import { type Api, openApi } from './support/api.ts'
import { fixtureBody, patched } from './support/fixture.ts'

let api: Api
beforeAll(async () => {
  api = await openApi(inject('redisUrl'), `sources-${randomUUID()}`)
})
afterAll(async () => {
  expect(imbalance(await api.ledger.accounting())).toBe(0)
  await api.close()
})

const tell = async (source: string, file: string, patch: unknown = {}) => {
  const { status, body } = await api.post(
    `/webhooks/${source}`,
    patched(fixtureBody(`webhooks/${source}/${file}.json`), patch),
  )
  expect(status).toBeLessThan(300)
  return body.incidents as { incident_id: string; outcome: string }[]
}

test('one fault, told by seven sources in the order in which they hear of it, is one incident', async () => {
  const [first] = await tell('alertmanager', 'firing.single')
  expect(first?.outcome).toBe('accepted')
  for (const [source, file] of [
    ['datadog', 'recommended_payload.triggered'],
    ['cloudevents', 'structured'],
    ['opsgenie', 'create'],
    ['splunk_oncall', 'custom_outbound'],
    ['servicenow', 'business_rule.incident_created'],
    ['pagerduty', 'incident.triggered'],
  ] as const)
    expect(await tell(source, file), source).toEqual([{ incident_id: first?.incident_id, outcome: 'attached' }])
  expect(await tell('servicenow', 'business_rule.incident_resolved')).toEqual([
    { incident_id: first?.incident_id, outcome: 'closed' },
  ])
})

test('an alarm of CloudWatch is an incident an episode, whatever is told late or twice', async () => {
  const { Message } = fixtureBody('webhooks/cloudwatch_sns/notification.alarm.json') as { Message: string }
  const alarm = async (state: string, at: string) => {
    const told = { NewStateValue: state, StateChangeTime: `${at}.000+0000`, AlarmArn: 'arn:aws:cloudwatch:x' }
    const [answer] = await tell('cloudwatch_sns', 'notification.alarm', {
      MessageId: randomUUID(),
      Message: JSON.stringify({ ...JSON.parse(Message), ...told }),
    })
    return answer ?? { incident_id: '', outcome: '' }
  }
  const first = await alarm('ALARM', '2026-05-17T11:42:00')
  expect(first.outcome).toBe('accepted')
  expect(await alarm('ALARM', '2026-05-17T11:42:00')).toEqual({ ...first, outcome: 'duplicate' })
  expect(await alarm('OK', '2026-05-17T12:16:00')).toEqual({ ...first, outcome: 'closed' })
  expect(await alarm('ALARM', '2026-05-17T11:42:00')).toEqual({ ...first, outcome: 'duplicate' })
  const second = await alarm('ALARM', '2026-05-17T13:00:00')
  expect(second.outcome).toBe('accepted')
  expect(second.incident_id).not.toBe(first.incident_id)
  expect(await alarm('OK', '2026-05-17T12:16:00')).toEqual({ ...second, outcome: 'duplicate' })
  expect(await alarm('OK', '2026-05-17T13:05:00')).toEqual({ ...second, outcome: 'closed' })
})

test('an end that comes first closes what it ends', async () => {
  const [over] = await tell('zabbix', 'custom_media_type.recovery', { event_id: '99' })
  expect(over?.outcome).toBe('closed')
  expect(await tell('zabbix', 'eda_media_type.problem', { event_id: 99 })).toEqual([
    { incident_id: over?.incident_id, outcome: 'duplicate' },
  ])
})
