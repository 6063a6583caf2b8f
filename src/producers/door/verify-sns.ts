/** Checks that SNS signed an envelope, for a topic on the list. What the envelope says is trusted with nothing before. */
import { verify } from 'node:crypto'
import { z } from 'zod'
import { parsedText } from '../../shared/sources/text.ts'
import type { SigningCertificates } from './sns-certificates.ts'
import { Unauthorized } from './unauthorized.ts'

/** SNS tries for an hour at most: a message that is older was kept by somebody. */
const TOLERANCE_MS = 2 * 3_600_000

const Envelope = z.object({
  Type: z.enum(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  MessageId: z.string(),
  TopicArn: z.string(),
  Message: z.string(),
  Subject: z.string().nullish(),
  Timestamp: z.iso.datetime(),
  SubscribeURL: z.string().optional(),
  Token: z.string().optional(),
  SignatureVersion: z.enum(['1', '2']),
  Signature: z.base64(),
  SigningCertURL: z.string(),
})
type Envelope = z.infer<typeof Envelope>

const SIGNED = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const satisfies Record<Envelope['Type'], readonly (keyof Envelope)[]>

/** Of the fields that are there: name, line break, value, line break. */
const signedText = (envelope: Envelope): string =>
  SIGNED[envelope.Type]
    .filter((field) => envelope[field] !== undefined && envelope[field] !== null)
    .map((field) => `${field}\n${envelope[field]}\n`)
    .join('')

/** Anybody's body is parsed here, since the signature is in it: as far as JSON may go, and no further. */
const envelopeIn = (raw: Buffer): Envelope => {
  const envelope = Envelope.safeParse(parsedText(raw.toString())).data
  if (envelope) return envelope
  throw new Unauthorized('malformed', 'the body is no signed envelope of SNS: raw message delivery must be off')
}

/** `now` in milliseconds. Throws Unauthorized, or what `certificates` throws. */
export const verifySns = async (
  topics: readonly string[],
  raw: Buffer,
  certificates: SigningCertificates,
  now: number,
): Promise<void> => {
  const envelope = envelopeIn(raw)
  // First, since it costs nothing: some topic of AWS signs for anybody who has an account.
  if (!topics.includes(envelope.TopicArn))
    throw new Unauthorized('topic', 'the topic is not among those of cloudwatch_sns in the secrets file')
  if (Math.abs(now - Date.parse(envelope.Timestamp)) > TOLERANCE_MS)
    throw new Unauthorized(
      'stale',
      `the Timestamp is more than ${TOLERANCE_MS / 3_600_000} h from now: a replay, or a clock that is wrong`,
    )
  const certificate = await certificates.certificateAt(envelope.SigningCertURL, envelope.TopicArn)
  const hash = envelope.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256'
  const signature = Buffer.from(envelope.Signature, 'base64')
  if (!verify(hash, Buffer.from(signedText(envelope)), certificate.publicKey, signature))
    throw new Unauthorized('mismatch', 'the Signature is not one of SNS over this envelope')
}
