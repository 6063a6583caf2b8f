/** How the sender of each source proves itself: the entry of the secrets file, and what it sends along with a body. */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { createLocalJWKSet } from 'jose'
import type { SourceName } from '../../src/shared/contracts/alert.ts'
import { certificateFor } from './certificates.ts'

/** The one in use, the one before it, and one that nobody was given. */
export const SECRETS = {
  right: 'right-secret-of-the-source',
  rotated: 'rotated-secret-of-the-source',
  wrong: 'wrong-secret-of-the-source',
} as const
export type Which = keyof typeof SECRETS
const BOTH = [SECRETS.right, SECRETS.rotated]

export interface Proof {
  headers?: Record<string, string>
  query?: string
  /** Where the proof is in the body itself. */
  raw?: Buffer
}

export interface Prover {
  source: SourceName | `custom:${string}`
  how: string
  /** Below the fixtures folder: something that fires. */
  fixture: string
  /** The entry of the secrets file. */
  entry: unknown
  /** `at` is when it says that it was sent, in ms. */
  prove(raw: Buffer, which: Which, at: number): Proof
  /** Whether it proves the bytes, and when they were sent. */
  proves: readonly ('body' | 'time')[]
}

const hmac = (secret: string, hash: string, encoding: 'hex' | 'base64', ...parts: (string | Buffer)[]): string => {
  const signing = createHmac(hash, secret)
  for (const part of parts) signing.update(part)
  return signing.digest(encoding)
}

const basic = (secret: string) => `Basic ${Buffer.from(`interlock:${secret}`).toString('base64')}`

const byToken = (
  source: Prover['source'],
  fixture: string,
  how: 'bearer' | 'basic' | 'header' | 'query',
  name = '',
): Prover => {
  const entries = {
    bearer: { bearer: BOTH },
    basic: { basic: BOTH.map((password) => ({ username: 'interlock', password })) },
    header: { header: { name, values: BOTH } },
    query: { query: { name, values: BOTH } },
  }
  const proofs = {
    bearer: (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } }),
    basic: (secret: string) => ({ headers: { authorization: basic(secret) } }),
    header: (secret: string) => ({ headers: { [name.toLowerCase()]: secret } }),
    query: (secret: string) => ({ query: `${name}=${secret}` }),
  }
  return { source, fixture, how, entry: entries[how], prove: (_, which) => proofs[how](SECRETS[which]), proves: [] }
}

const root = certificateFor({ name: 'Root of the tests', ca: true })
const issuer = certificateFor({ name: 'Issuer of the tests', ca: true, issuer: root })
const ISSUER_URL = 'http://crt.test1.amazontrust.com/test1.cer'
const publishedBy = (authority: typeof root) =>
  certificateFor({ name: 'sns.amazonaws.com', issuer: authority, issuerUrl: ISSUER_URL })
const signers = {
  right: publishedBy(issuer),
  rotated: publishedBy(issuer),
  wrong: publishedBy(certificateFor({ name: issuer.name, ca: true })),
}
const certificateUrl = (which: Which) =>
  `https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-${{ right: 'aa', rotated: 'bb', wrong: 'cc' }[which]}.pem`

const CONFIRM = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn='

/** What AWS would answer, and the root that is trusted. */
export const AWS = {
  roots: [root.pem],
  fetch: async (url: string): Promise<Buffer> => {
    const which = (Object.keys(signers) as Which[]).find((one) => certificateUrl(one) === url)
    if (which) return Buffer.from(signers[which].pem)
    if (url === ISSUER_URL) return issuer.der
    if (url.startsWith(CONFIRM)) return Buffer.from('<ConfirmSubscriptionResponse/>')
    throw new Error(`nothing is at ${url}`)
  },
}

/** Version 1 signs by SHA-1, version 2 by SHA-256. */
export const signedBySns = (
  unsigned: Buffer | object,
  which: Which,
  at: number,
  version: '1' | '2' = '2',
  patch = {},
): Buffer => {
  const envelope = {
    ...(Buffer.isBuffer(unsigned) ? JSON.parse(unsigned.toString()) : unsigned),
    Timestamp: new Date(at).toISOString(),
    SignatureVersion: version,
    ...patch,
  }
  const fields =
    envelope.Type === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
  const text = fields.flatMap((name) => (envelope[name] !== undefined ? [`${name}\n${envelope[name]}\n`] : [])).join('')
  const Signature = sign(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256', Buffer.from(text), signers[which].privateKey)
  return Buffer.from(
    JSON.stringify({
      ...envelope,
      SigningCertURL: certificateUrl(which),
      Signature: Signature.toString('base64'),
      ...patch,
    }),
  )
}

const entraKeys = {
  right: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  rotated: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  wrong: generateKeyPairSync('rsa', { modulusLength: 2048 }),
}
const published = (['right', 'rotated'] as const).map((kid) => ({
  ...entraKeys[kid].publicKey.export({ format: 'jwk' }),
  kid,
}))
const ENTRA = {
  issuer: 'https://sts.windows.net/00000000-1111-4222-8333-444444444444/',
  audience: 'api://interlock-webhooks',
  app_id: '11111111-2222-4333-8444-555555555555',
}

/** What Entra ID would publish. */
export const issuers = () => createLocalJWKSet({ keys: published })

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** With a name of its key that is known, whichever key it is. */
const signedByEntra = (which: Which, at: number): string => {
  const seconds = Math.floor(at / 1000)
  const kid = which === 'wrong' ? 'right' : which
  const claims = { iss: ENTRA.issuer, aud: ENTRA.audience, appid: ENTRA.app_id, nbf: seconds, exp: seconds + 3600 }
  const text = `${base64url({ alg: 'RS256', kid })}.${base64url(claims)}`
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), entraKeys[which].privateKey).toString('base64url')}`
}

const SPLUNK_URL = 'https://bridge.example.com/webhooks/splunk-oncall'
const TIMESTAMP = 'x-grafana-alerting-timestamp'

export const PROVERS: readonly Prover[] = [
  {
    source: 'grafana',
    how: 'signature',
    fixture: 'webhooks/grafana/firing.single.raw.json',
    entry: { signature: { secrets: BOTH } },
    prove: (raw, which) => ({
      headers: { 'x-grafana-alerting-signature': hmac(SECRETS[which], 'sha256', 'hex', raw) },
    }),
    proves: ['body'],
  },
  {
    source: 'grafana',
    how: 'signature with time, in headers of their own',
    fixture: 'webhooks/grafana/firing.single.raw.json',
    entry: {
      signature: {
        secrets: BOTH,
        header: 'X-Signature',
        timestamp_header: 'X-Grafana-Alerting-Timestamp',
        tolerance: '5m',
      },
    },
    prove: (raw, which, at) => {
      const seconds = String(Math.floor(at / 1000))
      return {
        headers: { 'x-signature': hmac(SECRETS[which], 'sha256', 'hex', `${seconds}:`, raw), [TIMESTAMP]: seconds },
      }
    },
    proves: ['body', 'time'],
  },
  {
    source: 'pagerduty',
    how: 'signature',
    fixture: 'webhooks/pagerduty/incident.triggered.raw.json',
    entry: { signature: { secrets: BOTH } },
    // As with two secrets on the subscription, of which we know one.
    prove: (raw, which) => ({
      headers: {
        'x-pagerduty-signature': [SECRETS.wrong, SECRETS[which]]
          .map((secret) => `v1=${hmac(secret, 'sha256', 'hex', raw)}`)
          .join(','),
      },
    }),
    proves: ['body'],
  },
  {
    source: 'sentry',
    how: 'signature',
    fixture: 'webhooks/sentry/metric_alert.critical.json',
    entry: { signature: { secrets: BOTH } },
    prove: (raw, which) => ({ headers: { 'sentry-hook-signature': hmac(SECRETS[which], 'sha256', 'hex', raw) } }),
    proves: ['body'],
  },
  {
    source: 'cloudwatch_sns',
    how: 'signature of AWS',
    fixture: 'webhooks/cloudwatch_sns/notification.alarm.json',
    entry: { topics: ['arn:aws:sns:eu-west-1:123456789012:prod-alarms'] },
    prove: (raw, which, at) => ({ raw: signedBySns(raw, which, at) }),
    proves: ['body', 'time'],
  },
  {
    source: 'splunk_oncall',
    how: 'signature',
    fixture: 'webhooks/splunk_oncall/escalation_webhook.request.json',
    entry: { signature: { secrets: BOTH, url: SPLUNK_URL } },
    prove: (raw, which) => {
      const fields = [...new URLSearchParams(raw.toString())].sort(([a], [b]) => (a < b ? -1 : 1)).flat()
      return { headers: { 'x-victorops-signature': hmac(SECRETS[which], 'sha1', 'base64', SPLUNK_URL, ...fields) } }
    },
    proves: ['body'],
  },
  {
    source: 'azure_monitor',
    how: 'token of Entra ID',
    fixture: 'webhooks/azure_monitor/metric_alert.fired.json',
    entry: { jwt: ENTRA },
    prove: (_, which, at) => ({ headers: { authorization: `Bearer ${signedByEntra(which, at)}` } }),
    proves: ['time'],
  },
  {
    source: 'custom:beacon',
    how: 'signature',
    fixture: 'mappings/beacon.raised.json',
    entry: { signature: { secrets: BOTH, header: 'X-Beacon-Signature' } },
    prove: (raw, which) => ({ headers: { 'x-beacon-signature': hmac(SECRETS[which], 'sha256', 'hex', raw) } }),
    proves: ['body'],
  },
  byToken('grafana', 'webhooks/grafana/firing.single.raw.json', 'basic'),
  byToken('pagerduty', 'webhooks/pagerduty/incident.triggered.raw.json', 'header', 'X-Interlock-Token'),
  byToken('alertmanager', 'webhooks/alertmanager/firing.single.raw.json', 'bearer'),
  byToken('opsgenie', 'webhooks/opsgenie/create.json', 'header', 'X-Interlock-Token'),
  byToken('datadog', 'webhooks/datadog/recommended_payload.triggered.json', 'basic'),
  byToken('cloudwatch_sns', 'webhooks/cloudwatch_sns/notification.alarm.json', 'basic'),
  byToken('azure_monitor', 'webhooks/azure_monitor/metric_alert.fired.json', 'query', 'code'),
  byToken('newrelic', 'webhooks/newrelic/issue.activated.json', 'bearer'),
  byToken('zabbix', 'webhooks/zabbix/custom_media_type.recovery.json', 'header', 'X-Interlock-Token'),
  byToken('uptime_kuma', 'webhooks/uptime_kuma/down.json', 'header', 'X-Interlock-Token'),
  byToken('betterstack', 'webhooks/betterstack/incident.started.json', 'basic'),
  byToken('cloudevents', 'webhooks/cloudevents/structured.json', 'bearer'),
  byToken('cloudevents', 'webhooks/cloudevents/structured.json', 'query', 'access_token'),
  byToken('servicenow', 'webhooks/servicenow/business_rule.incident_created.json', 'basic'),
  byToken('gcp_monitoring', 'webhooks/gcp_monitoring/incident.open.json', 'query', 'auth_token'),
  byToken('custom:beacon', 'mappings/beacon.raised.json', 'bearer'),
]
