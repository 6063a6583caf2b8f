/** SNS: real signatures over real envelopes, by certificates of an authority of the test's own. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { certificateFor } from '../../../tests/support/certificates.ts'
import { fixturePath } from '../../../tests/support/fixture.ts'
import { AWS, signedBySns } from '../../../tests/support/proofs.ts'
import { Problem } from '../../shared/problem.ts'
import { NotThere } from './fetch-bytes.ts'
import { openCertificates } from './sns-certificates.ts'
import { Unauthorized } from './unauthorized.ts'
import { verifySns } from './verify-sns.ts'

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:prod-alarms'
const NOW = Date.now()
const HOUR = 3_600_000
const bytes = (name: string) => readFileSync(fixturePath(`webhooks/cloudwatch_sns/${name}.json`))
const alarm = bytes('notification.alarm')
const aws = () => openCertificates(AWS.fetch, AWS.roots)

const nested = (levels: number): unknown => (levels === 0 ? 0 : [nested(levels - 1)])

const refusal = async (raw: Buffer, certificates = aws(), now = NOW): Promise<string | null> => {
  try {
    await verifySns([TOPIC], raw, certificates, now)
    return null
  } catch (error) {
    if (error instanceof Unauthorized) return error.reason
    if (error instanceof Problem) return error.code
    throw error
  }
}

describe('an envelope', () => {
  it.each(['notification.alarm', 'notification.ok', 'notification.composite_alarm', 'subscription_confirmation'])(
    'is taken by both versions of the signature: %s',
    async (name) => {
      for (const version of ['1', '2'] as const)
        expect(await refusal(signedBySns(bytes(name), 'right', NOW, version))).toBeNull()
    },
  )

  it('is taken without a subject', async () => {
    expect(await refusal(signedBySns(alarm, 'right', NOW, '2', { Subject: undefined }))).toBeNull()
  })

  it.each<[string, Buffer, string]>([
    ['the fixture, whose signature is a placeholder', alarm, 'stale'],
    ['no JSON', Buffer.from('{'), 'malformed'],
    ['nothing', Buffer.alloc(0), 'malformed'],
    ['raw message delivery', Buffer.from(JSON.parse(alarm.toString()).Message), 'malformed'],
    ['another signature version', signedBySns(alarm, 'right', NOW, '2', { SignatureVersion: '3' }), 'malformed'],
    ['another type', signedBySns(alarm, 'right', NOW, '2', { Type: 'Other' }), 'malformed'],
    ['nested too deeply', signedBySns(alarm, 'right', NOW, '2', { More: nested(64) }), 'malformed'],
    ['with too many members', signedBySns(alarm, 'right', NOW, '2', { More: Array(50_000).fill(0) }), 'malformed'],
    ['two hours ago', signedBySns(alarm, 'right', NOW - 2 * HOUR - 1000), 'stale'],
    ['in two hours', signedBySns(alarm, 'right', NOW + 2 * HOUR + 1000), 'stale'],
    ['of a topic that is not ours', signedBySns(alarm, 'right', NOW, '2', { TopicArn: `${TOPIC}x` }), 'topic'],
    ['another message', Buffer.from(signedBySns(alarm, 'right', NOW).toString().replace('ALARM', 'OK')), 'mismatch'],
    ['signed by version 1, called 2', signedBySns(alarm, 'right', NOW, '1', { SignatureVersion: '2' }), 'mismatch'],
    ['no signature at all', signedBySns(alarm, 'right', NOW, '2', { Signature: '' }), 'mismatch'],
    ['of an issuer that nobody trusts', signedBySns(alarm, 'wrong', NOW), 'certificate'],
  ])('is refused: %s', async (_, raw, expected) => {
    expect(await refusal(raw)).toBe(expected)
  })

  it('of a confirmation is bound to its token and its address', async () => {
    const signed = signedBySns(bytes('subscription_confirmation'), 'right', NOW).toString()
    for (const [from, to] of [
      ['Action=Confirm', 'Action=Other'],
      ['"Token":"23', '"Token":"24'],
    ] as const) {
      expect(signed).toContain(from)
      expect(await refusal(Buffer.from(signed.replace(from, to)))).toBe('mismatch')
    }
  })
})

describe('the address of a certificate', () => {
  const host = 'https://sns.eu-west-1.amazonaws.com'
  const file = 'SimpleNotificationService-aa.pem'
  it.each([
    `http://sns.eu-west-1.amazonaws.com/${file}`,
    `https://sns.us-east-1.amazonaws.com/${file}`,
    `https://sns.eu-west-1.amazonaws.com.cn/${file}`,
    `https://sns.eu-west-1.amazonaws.com.evil.example/${file}`,
    `https://evil.example/${file}`,
    `https://evil.example/?${host}/${file}`,
    `https://s3.amazonaws.com/bucket/${file}`,
    `https://sns.eu-west-1.amazonaws.com@evil.example/${file}`,
    `https://sns.eu-west-1.amazonaws.com:8443/${file}`,
    `https://sns.eu-west-1.amazonaws.com\\@evil.example/${file}`,
    `${host}/${file}?x=1`,
    `${host}/${file}#x`,
    `${host}/a/../${file}`,
    `${host}/other.pem`,
    `${host}/SimpleNotificationService-aa.txt`,
    `${host}/${file}\n`,
    'http://169.254.169.254/latest/meta-data',
    `file:///etc/${file}`,
    '',
  ])('is never asked: %j', async (url) => {
    const asked: string[] = []
    const certificates = openCertificates(async (one) => {
      asked.push(one)
      return AWS.fetch(one)
    }, AWS.roots)
    const raw = signedBySns(alarm, 'right', NOW, '2', { SigningCertURL: url })
    expect([await refusal(raw, certificates), asked]).toEqual(['certificate', []])
  })

  it('is in China for topics of China alone', async () => {
    const topic = 'arn:aws-cn:sns:cn-north-1:123456789012:a'
    const urls: string[] = []
    const certificates = openCertificates(async (url) => {
      urls.push(url)
      throw new NotThere()
    }, AWS.roots)
    const url = 'https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-aa.pem'
    await expect(certificates.certificateAt(url, topic)).rejects.toThrow(Unauthorized)
    await expect(certificates.certificateAt(url.replace('.cn/', '/'), topic)).rejects.toThrow(Unauthorized)
    expect(urls).toEqual([url])
  })
})

describe('a certificate', () => {
  const root = certificateFor({ name: 'Root', ca: true })
  const issuer = certificateFor({ name: 'Issuer', ca: true, issuer: root })
  const published = 'http://crt.a1.amazontrust.com/a1.cer'
  const leafOf = (wanted: Partial<Parameters<typeof certificateFor>[0]>) =>
    certificateFor({ name: 'sns.amazonaws.com', issuer, issuerUrl: published, ...wanted })
  const [past, before] = [new Date(NOW - 48 * HOUR), new Date(NOW - 24 * HOUR)]

  const verdictOn = async (pem: string, at = published, answer: Buffer | Error = issuer.der) => {
    const certificates = openCertificates(
      async (url) => {
        if (url.endsWith('.pem')) return Buffer.from(pem)
        if (url !== at || answer instanceof Error) throw answer
        return answer
      },
      [root.pem],
    )
    const url = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-aa.pem'
    return certificates.certificateAt(url, TOPIC).then(
      () => null,
      (error) => (error instanceof Unauthorized ? error.reason : error.code),
    )
  }

  const notCa = certificateFor({ name: 'Issuer', issuer: root })
  const ended = certificateFor({ name: 'Issuer', ca: true, issuer: root, from: past, to: before })
  it.each<[string, () => string, string | null]>([
    ['of SNS', () => leafOf({}).pem, null],
    ['with its issuer beside it', () => leafOf({ issuerUrl: '' }).pem + issuer.pem, null],
    ['named by region', () => leafOf({ name: 'sns.eu-west-1.amazonaws.com' }).pem, null],
    ['of another name', () => leafOf({ name: 'www.example.com' }).pem, 'certificate'],
    ['of SNS in another region', () => leafOf({ name: 'sns.us-east-1.amazonaws.com' }).pem, 'certificate'],
    ['that has ended', () => leafOf({ from: past, to: before }).pem, 'certificate'],
    ['that has not begun', () => leafOf({ from: new Date(NOW + HOUR) }).pem, 'certificate'],
    ['that signs itself', () => certificateFor({ name: 'sns.amazonaws.com' }).pem, 'certificate'],
    ['without its issuer', () => leafOf({ issuerUrl: '' }).pem, 'certificate'],
    ['whose issuer lies elsewhere', () => leafOf({ issuerUrl: 'http://evil.example/a1.cer' }).pem, 'certificate'],
    ['whose issuer lies nearly there', () => leafOf({ issuerUrl: `${published}.evil.example` }).pem, 'certificate'],
    ['of an issuer that may issue none', () => leafOf({ issuer: notCa, issuerUrl: '' }).pem + notCa.pem, 'certificate'],
    ['of an issuer that has ended', () => leafOf({ issuer: ended, issuerUrl: '' }).pem + ended.pem, 'certificate'],
    ['that is none', () => 'hello', 'certificate'],
  ])('%s', async (_, pem, expected) => {
    expect(await verdictOn(pem())).toBe(expected)
  })

  it('whose issuer cannot be asked is another time', async () => {
    expect(await verdictOn(leafOf({}).pem, published, new Error('no route'))).toBe('sns_unavailable')
    expect(await verdictOn(leafOf({}).pem, published, new NotThere())).toBe('certificate')
  })
})

describe('what was fetched', () => {
  const counted = (now: () => number) => {
    const urls: string[] = []
    const certificates = openCertificates(
      async (url) => {
        urls.push(url)
        return AWS.fetch(url)
      },
      AWS.roots,
      now,
    )
    return { certificates, fetched: () => urls.filter((url) => url.endsWith('.pem')).length }
  }

  it('is kept for a day, and asked for once by all who come at once', async () => {
    let now = NOW
    const { certificates, fetched } = counted(() => now)
    const raw = signedBySns(alarm, 'right', NOW)
    expect(await Promise.all(Array.from({ length: 20 }, () => refusal(raw, certificates)))).toEqual(
      Array(20).fill(null),
    )
    expect(fetched()).toBe(1)
    now = NOW + 23 * HOUR
    await refusal(signedBySns(alarm, 'right', now), certificates, now)
    expect(fetched()).toBe(1)
    now = NOW + 25 * HOUR
    await refusal(signedBySns(alarm, 'right', now), certificates, now)
    expect(fetched()).toBe(2)
  })

  it('is bounded: strangers who name one address after the other do not make it ask for each', async () => {
    let now = NOW
    const { certificates, fetched } = counted(() => now)
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const forged = (n: number) => {
      const SigningCertURL = `https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-${n.toString(16)}00.pem`
      const Signature = sign('RSA-SHA256', Buffer.from('x'), privateKey).toString('base64')
      return signedBySns(alarm, 'right', NOW, '2', { SigningCertURL, Signature })
    }
    expect(await refusal(signedBySns(alarm, 'right', NOW), certificates)).toBeNull()
    for (let n = 0; n < 50; n++) expect(await refusal(forged(n), certificates)).toBe('sns_unavailable')
    expect(fetched()).toBe(10)
    // Those that are known pass meanwhile, and a minute later others can be asked for.
    expect(await refusal(signedBySns(alarm, 'right', NOW), certificates)).toBeNull()
    now += 61_000
    expect(await refusal(signedBySns(alarm, 'rotated', NOW), certificates)).toBeNull()
    // A day later it would be asked for again: while strangers have spent all questions it is used as long as it is valid.
    now += 25 * HOUR
    for (let n = 0; n < 50; n++) expect(await refusal(forged(n), certificates, NOW)).toBe('sns_unavailable')
    expect(await refusal(signedBySns(alarm, 'right', now), certificates, now)).toBeNull()
  })
})
