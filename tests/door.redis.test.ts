/** Who gets in: every source with each of its proofs, through the real server, with nothing left behind by who does not. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { openCertificates } from '../src/producers/door/sns-certificates.ts'
import { parseSecrets } from '../src/producers/door/webhook-secrets.ts'
import { SourceMapping } from '../src/shared/contracts/source-mapping.ts'
import { SOURCES } from '../src/shared/sources/index.ts'
import { NO_POLICIES, openApi } from './support/api.ts'
import { fixturePath } from './support/fixture.ts'
import { bodyOf, type ProofCase, proofCases } from './support/proof-cases.ts'
import { AWS, issuers, PROVERS, type Prover, signedBySns } from './support/proofs.ts'

const beacon = SourceMapping.parse(parse(readFileSync(fixturePath('mappings/beacon.yaml'), 'utf8')))
const policies = { ...NO_POLICIES, sources: new Map([['beacon', beacon]]) }
const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.disconnect())

const openFor = async ({ source, entry }: Pick<Prover, 'source' | 'entry'>, rest: object = {}) => {
  const installation = `door-${randomUUID()}`
  const secrets = parseSecrets(JSON.stringify({ sources: { [source]: entry }, ...rest }), 'secrets.json')
  const certificates = openCertificates(AWS.fetch, AWS.roots)
  const asked: string[] = []
  const fetch = async (url: string) => {
    asked.push(url)
    return AWS.fetch(url)
  }
  const door = { secrets: () => secrets, certificates, issuers, fetch, takesUnsigned: false }
  const api = await openApi(inject('redisUrl'), installation, policies, {}, door)
  onTestFinished(() => api.close())
  /** Beside what BullMQ says of its queues. */
  const kept = async () => (await redis.keys(`{${installation}}*`)).filter((key) => !key.endsWith(':meta'))
  return { api, asked, kept }
}

describe.each(PROVERS)('$source by $how', (prover) => {
  const send = async ({ headers, query, raw }: ProofCase) => {
    const { api, kept } = await openFor(prover)
    return { answer: await api.post(`/webhooks/${prover.source}${query}`, raw, headers), kept: await kept() }
  }
  const cases = proofCases(prover)

  test('takes it with the right secret, and with the one before', async () => {
    for (const one of cases.filter(({ taken }) => taken)) {
      const { answer, kept } = await send(one)
      expect(answer).toMatchObject({ status: prover.source === 'zabbix' ? 200 : 202 })
      expect(kept.length).toBeGreaterThan(0)
    }
  })

  const refused = cases.filter(({ taken }) => !taken).map((one) => [one.what, one] as const)
  test.each(refused)('refuses %s, and nothing of it is kept', async (_, one) => {
    const { answer, kept } = await send(one)
    expect(answer).toMatchObject({ status: 401, body: { code: 'signature_invalid' } })
    expect(kept).toEqual([])
  })
})

describe('a subscription to SNS', () => {
  const confirmation = readFileSync(fixturePath('webhooks/cloudwatch_sns/subscription_confirmation.json'))
  const { TopicArn, Token } = JSON.parse(confirmation.toString())
  const TEXT = { 'content-type': 'text/plain; charset=UTF-8' }
  const own = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${encodeURIComponent(TopicArn)}&Token=${Token}`

  test.each<[string, object, Buffer, number, string[]]>([
    [
      'confirmed at SNS itself, for a listed topic',
      { topics: [TopicArn] },
      signedBySns(confirmation, 'right', Date.now()),
      200,
      [own],
    ],
    [
      'never by the address in it',
      { topics: [TopicArn] },
      signedBySns(
        { ...JSON.parse(confirmation.toString()), SubscribeURL: 'https://evil.example/' },
        'right',
        Date.now(),
      ),
      200,
      [own],
    ],
    ['refused without a signature', { topics: [TopicArn] }, confirmation, 401, []],
    [
      'refused for another topic',
      { topics: [`${TopicArn}-2`] },
      signedBySns(confirmation, 'right', Date.now()),
      401,
      [],
    ],
    [
      'left alone where no topic is listed',
      { addresses: ['127.0.0.1'] },
      signedBySns(confirmation, 'right', Date.now()),
      200,
      [],
    ],
  ])('is %s', async (_, entry, raw, status, expected) => {
    const { api, asked, kept } = await openFor(
      { source: 'cloudwatch_sns', entry },
      { open: 'topics' in entry ? [] : ['cloudwatch_sns'] },
    )
    expect(await api.post('/webhooks/cloudwatch_sns', raw, TEXT)).toMatchObject({ status })
    expect(asked).toEqual(expected)
    expect(await kept()).toEqual([])
  })
})

describe('who may not deliver at all', () => {
  const { raw, type } = bodyOf('webhooks/grafana/firing.single.raw.json')
  test.each<[string, unknown, object, number, string | undefined]>([
    ['a closed source', undefined, { closed: ['grafana'] }, 403, 'sender_refused'],
    ['one of all others', undefined, { closed: 'others' }, 403, 'sender_refused'],
    ['one of which nothing is said', undefined, {}, 401, 'signature_invalid'],
    ['another address', { addresses: ['192.0.2.0/24', '2001:db8::/32'] }, { open: ['grafana'] }, 403, 'sender_refused'],
    ['an address on the list', { addresses: ['127.0.0.0/8'] }, { open: ['grafana'] }, 202, undefined],
    ['an open source', undefined, { open: ['grafana'] }, 202, undefined],
  ])('%s', async (_, entry, rest, status, code) => {
    const other =
      entry === undefined ? { source: 'sentry', entry: { bearer: ['x'.repeat(16)] } } : { source: 'grafana', entry }
    const { api } = await openFor(other as Prover, rest)
    const answer = await api.post('/webhooks/grafana', raw, { 'content-type': type })
    expect([answer.status, answer.body.code]).toEqual([status, code])
  })
})

test('the handshake of CloudEvents proves nothing and needs nothing', async () => {
  const { api } = await openFor({ source: 'cloudevents', entry: { bearer: ['x'.repeat(16)] } })
  const headers = { 'webhook-request-origin': 'alerts.example.com' }
  const asked = await api.server.inject({ method: 'OPTIONS', url: '/webhooks/cloudevents', headers })
  expect(asked.statusCode).toBe(200)
})

test('no source is left out', () => {
  const proven = new Set(PROVERS.map(({ source }) => source))
  expect(SOURCES.filter(({ name }) => !proven.has(name))).toEqual([])
  for (const { name, signature } of SOURCES)
    if (signature) expect(PROVERS.some(({ source, how }) => source === name && how.startsWith('signature'))).toBe(true)
})
