/** What looks like a person, a secret or a network, and what only may seem to. */
import { describe, expect, test } from 'vitest'
import { isRevealing, isSensitive } from './sensitive-text.ts'

test.each([
  'maria.ivanova@clinic.example.org',
  'call +44 7700 900123',
  'call 07700 900123',
  '(555) 123-4567',
  'call 07700900123',
  'Authorization: Bearer abc.def-123',
  'Basic dXNlcjpwYXNz',
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiJkZW1vIn0.',
  'AKIAIOSFODNN7EXAMPLE',
  `${'ghp'}_${'a1'.repeat(18)}`,
  `${'xoxb'}-${'1'.repeat(20)}`,
  '-----BEGIN RSA PRIVATE KEY-----\nMIIE',
  'postgres://appointments:s3cret@db.internal:5432/appointments',
  'https://user@host.example/path',
  'password=hunter2',
  'maria.ivanova%40clinic.example.org',
  'maria.ivanova%2540clinic.example.org',
  '%6d%61ria%40clinic%2eexample',
  '%2B447700900123',
  'DE89370400440532013000',
  'GB82 WEST 1234 5698 7654 32',
  'IBAN: DE89 3704 0044 0532 0130 00 COBADEFFXXX',
  `${'sk'}_live_${'a1'.repeat(12)}`,
  `${'rk'}_test_${'a1'.repeat(12)}`,
  `${'whsec'}_${'a1'.repeat(12)}`,
  '"api_key": "abc"',
  'https://host.example/path?access_token=abc',
])('sensitive: %s', (text) => {
  expect(isSensitive(text)).toBe(true)
  expect(isSensitive(`before it ${text} and behind`)).toBe(true)
})

test.each(['203.0.113.24', '2001:db8::8a2e:370:7334', 'fe80:0:0:0:1:2:3:4', 'https://host.example/path?orgId=1'])(
  'revealing: %s',
  (text) => {
    expect(isSensitive(text)).toBe(false)
    expect(isRevealing(text)).toBe(true)
  },
)

test.each([
  ...['appointments-api', 'appointments-api-7c4d6f8b9-xq2lp', 'prod-eu-west-1', 'kubernetes.io/container/memory'],
  ...['2026-05-17T11:42:00.131+0000', '2026-05-17 11:42:33', '1779018120000', '3f2d4487-b0fc-4125-8bd5-7ad17384221e'],
  ...['{}/{severity="critical"}:{alertname="high_memory_usage", namespace="prod"}', 'v1.28.3', '100%', 'token_errors'],
  ...['DE89370400440532013001', 'EU01PRODCLUSTER0001NODE', '100%25', 'cron-28312345', 'job-0123456789', '01770090'],
  ...['https://grafana.example.com/d/api-mem', '[FIRING:1] high_memory_usage prod api (critical)', 'std::vector'],
])('neither: %s', (text) => expect(isRevealing(text)).toBe(false))

describe('hostile texts', () => {
  test.each([
    'a',
    '@',
    '+1',
    'a.',
    '://',
    'token',
    ':',
    'a@',
    '0 ',
    '1.',
    'a:',
    '?',
    'Bearer ',
    '%',
    '%25',
    '%40',
    'DE89',
    'A1 ',
  ])('many of %j take no longer than their length', (part) => {
    const time = (length: number) => {
      const text = part.repeat(Math.ceil(length / part.length)).slice(0, length)
      // Processor time, in ms: what else the machine does is in none of it.
      const before = process.cpuUsage()
      isRevealing(text)
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000
    }
    time(20_000)
    // Quadratic would be 64 times as long.
    expect(time(160_000)).toBeLessThan(Math.max(time(20_000), 1) * 40)
  })
})
