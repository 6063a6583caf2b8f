/** The vectors of the senders: the very bytes, the very values. */
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { GRAFANA, OLD_SECRET as OLD, PAGERDUTY, SECRET, SPLUNK } from '../../../tests/support/signature-vectors.ts'
import { Unauthorized } from './unauthorized.ts'
import { verifyHmac } from './verify-hmac.ts'
import { parseSecrets } from './webhook-secrets.ts'

const ruleOf = (source: string, signature: object) => {
  const text = JSON.stringify({ sources: { [source]: { signature: { secrets: [SECRET], ...signature } } } })
  const rule = parseSecrets(text, 'secrets.yaml').rulesOf(source)?.hmac
  if (!rule) throw new Error(`no rule for ${source}`)
  return rule
}

/** Null where it is taken; why not, otherwise. */
const refusal = (...args: Parameters<typeof verifyHmac>): string | null => {
  try {
    verifyHmac(...args)
    return null
  } catch (error) {
    if (error instanceof Unauthorized) return error.reason
    throw error
  }
}

describe('Grafana', () => {
  const { raw, plain, timed, header, at } = GRAFANA
  const rule = ruleOf('grafana', {})
  const timedRule = ruleOf('grafana', { timestamp_header: 'X-Sent-At', tolerance: '10m' })

  it.each<[string, string | undefined, string | null]>([
    ['the vector', plain, null],
    ['none', undefined, 'missing'],
    ['an empty one', '', 'missing'],
    ['one with a prefix', `sha256=${plain}`, 'mismatch'],
    ['in upper case', plain.toUpperCase(), 'mismatch'],
    ['a part of it', plain.slice(0, 32), 'mismatch'],
    ['more than it', `${plain}00`, 'mismatch'],
    ['two of them', `${plain},${plain}`, 'mismatch'],
    ['that with the time', timed, 'mismatch'],
    ['another', plain.replace('b', 'c'), 'mismatch'],
  ])('without time: %s', (_, value, expected) => {
    expect(refusal(rule, raw, { [header]: value }, 0)).toBe(expected)
  })

  it.each<[string, string | undefined, string, number, string | null]>([
    ['the vector', String(at), timed, at, null],
    ['at the end of the tolerance', String(at), timed, at + 600, null],
    ['a second later', String(at), timed, at + 601, 'stale'],
    ['from the end of the future', String(at), timed, at - 600, null],
    ['from beyond it', String(at), timed, at - 601, 'stale'],
    ['without the time', undefined, timed, at, 'missing'],
    ['a time that was not signed', String(at + 1), timed, at, 'mismatch'],
    ['a signature without it', String(at), plain, at, 'mismatch'],
    ['a date', '2026-05-17T11:42:30Z', timed, at, 'malformed'],
    ['milliseconds', `${at}000`, timed, at, 'malformed'],
  ])('with time: %s', (_, time, value, now, expected) => {
    expect(refusal(timedRule, raw, { [header]: value, 'x-sent-at': time }, now * 1000)).toBe(expected)
  })
})

describe('PagerDuty', () => {
  const { raw, current, old, header } = PAGERDUTY
  const only = ruleOf('pagerduty', {})
  const rotating = ruleOf('pagerduty', { secrets: [SECRET, OLD] })
  const stranger = `v1=${'0'.repeat(64)}`

  it.each<[string, string, typeof only, string | null]>([
    ['the vector', current, only, null],
    ['that of the old secret', old, only, 'mismatch'],
    ['that of the old secret while both are known', old, rotating, null],
    ['that of the new secret while both are known', current, rotating, null],
    ['both', `${current},${old}`, only, null],
    ['both, the other way round and with a space', `${old}, ${current}`, only, null],
    ['the last that is looked at', [...Array(7).fill(stranger), current].join(), only, null],
    ['one behind it', [...Array(8).fill(stranger), current].join(), only, 'mismatch'],
    ['none that fits', `${stranger},${stranger}`, rotating, 'mismatch'],
    ['without its version', current.slice(3), only, 'mismatch'],
    ['of another version', current.replace('v1', 'v0'), only, 'mismatch'],
    ['nothing but commas', ',,,', only, 'mismatch'],
  ])('%s', (_, value, rule, expected) => {
    expect(refusal(rule, raw, { [header]: value }, 0)).toBe(expected)
  })

  it('is over the bytes: what reads the same is another body', () => {
    const again = Buffer.from(`${raw} `)
    expect(refusal(only, again, { [header]: current }, 0)).toBe('mismatch')
  })
})

it('Sentry signs the body and not the time', () => {
  const raw = Buffer.from('{"name":"größer","b":1,"a":2}')
  const value = createHmac('sha256', SECRET).update(raw).digest('hex')
  const headers = { 'sentry-hook-signature': value, 'sentry-hook-timestamp': '1' }
  expect(refusal(ruleOf('sentry', {}), raw, headers, Date.now())).toBeNull()
  expect(refusal(ruleOf('sentry', { secrets: [OLD] }), raw, headers, 0)).toBe('mismatch')
})

it('Splunk On-Call signs the address and the sorted fields', () => {
  const { raw, headers, signature } = SPLUNK
  const rule = ruleOf('splunk_oncall', signature)
  expect(refusal(rule, raw, headers, 0)).toBeNull()
  expect(refusal(rule, Buffer.from(`${raw}&more=1`), headers, 0)).toBe('mismatch')
  expect(refusal({ ...rule, url: `${signature.url}/` }, raw, headers, 0)).toBe('mismatch')
})

describe('a signature of Splunk On-Call, which joins names and values without a mark between them', () => {
  const url = 'https://bridge.example.com/webhooks/splunk_oncall'
  const rule = ruleOf('splunk_oncall', { url, secrets: [SECRET] })
  const signatureOf = (form: string) => {
    const fields = [...new URLSearchParams(form)].sort(([a], [b]) => (a < b ? -1 : 1)).flat()
    return createHmac('sha1', SECRET)
      .update(url + fields.join(''))
      .digest('base64')
  }
  const from = (form: string, sent: string) =>
    refusal(rule, Buffer.from(sent), { 'x-victorops-signature': signatureOf(form) }, 0)

  it.each([
    'incident=7&message=&message_type=%22CRITICAL%22&priority=null&value=-93.5',
    'incident=7&message=%22a+%5C%22quoted%5C%22+word%22&message_type=%22RECOVERY%22',
  ])('holds for what its sender writes: %s', (form) => {
    expect(from(form, form)).toBeNull()
  })

  it.each([
    [
      'a value becomes a field',
      'incident=7&message=disk+message_typeRECOVERYz&message_type=%22CRITICAL%22',
      'incident=7&message=disk+&message_type=RECOVERY&z=message_type%22CRITICAL%22',
    ],
    [
      'a field becomes part of a value',
      'incident=7&message=&message_type=%22CRITICAL%22',
      'incident=7message&message_type=%22CRITICAL%22',
    ],
    ['a number gives its end away', 'incident=77&message=', 'incident=7&7message='],
    ['one field twice', 'incident=7&message=&message=', 'incident=7&message=&message='],
  ])('proves nothing where %s', (_, signed, sent) => {
    expect(from(signed, sent)).toBe('malformed')
  })

  it('is not looked for where there are more fields than anybody sends: that would cost a stranger nothing', () => {
    const fields = (count: number) => Array.from({ length: count }, (_, index) => `f${index}=1`).join('&')
    expect(from(fields(1000), fields(1000))).toBeNull()
    expect(from(fields(1001), fields(1001))).toBe('malformed')
  })
})
