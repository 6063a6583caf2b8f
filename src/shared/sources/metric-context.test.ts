/** What counts as a measurement. */
import { expect, it } from 'vitest'
import { cloudevents } from './cloudevents.ts'
import { numbersIn } from './metric-context.ts'

it.each([
  'customer_phone',
  'mobile',
  'Phone_No',
  'contact_iban',
  'msisdn',
  'user_id',
  'userId',
  'caller_id',
  'account_id',
  'project_id',
])('a number of a person or an account is none: %s', (name) => {
  expect(numbersIn({ [name]: 4915112345678, memory_percent: '93' })).toEqual({ memory_percent: 93 })
})

it.each(['users', 'errors', 'error', 'requests', 'sessions', 'mobile_users', 'phones_online', 'valid', 'links'])(
  'one about many is one: %s',
  (name) => {
    expect(numbersIn({ [name]: 12 })).toEqual({ [name]: 12 })
  },
)

it('nothing of it is kept of an event either, nor said in a reason', () => {
  const event = { specversion: '1.0', id: '1', source: 's', type: 'a.firing' }
  const data = { service: 'api', alertname: 'high_memory_usage', phone: 4915112345678 }
  const at = '2026-05-17T11:42:00.000Z'
  const [taken] = cloudevents.read({ ...event, data }, at)
  expect(taken).toMatchObject({ reading: 'alert', alert: { metric_context: {} } })
  const [rejected] = cloudevents.read({ ...event, type: 4915112345678, data }, at)
  expect(rejected).toEqual({ reading: 'rejected', reason: 'type is a long number: send the type of the event' })
})
