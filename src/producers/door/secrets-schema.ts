/** The form of the secrets file: by source, what its sender signs with or presents. docs/webhook-secrets.md explains it. */
import { z } from 'zod'
import { AddressRange } from '../../shared/contracts/address-range.ts'
import { Duration } from '../../shared/contracts/duration.ts'
import { MappingName } from '../../shared/contracts/source-mapping.ts'
import { CUSTOM_SIGNATURE } from '../../shared/sources/custom.ts'
import { findSource } from '../../shared/sources/index.ts'
import type { Signature, SignatureOption } from '../../shared/sources/signature.ts'
import { blockListOf } from './block-list-of.ts'

/** What comes before the name of a mapping, here and in an address of the API. */
export const CUSTOM = 'custom:'

const Secret = z
  .string('put it in quotes')
  .min(16, 'at least 16 characters, made by chance: openssl rand -hex 32')
  .max(512, 'at most 512 characters')
  .regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, 'printable ASCII without a space or line break at its ends')
const listOf = <Item extends z.ZodType>(item: Item, what: string) =>
  z.array(item, `a list of ${what}`).min(1, `name at least one of ${what}`).max(16, `at most 16 ${what}`)
const Secrets = listOf(Secret, 'secrets')
const HeaderName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'the name of a header')
  .toLowerCase()

export const SourceSecrets = z.strictObject({
  signature: z
    .strictObject({
      secrets: Secrets,
      header: HeaderName.optional(),
      timestamp_header: HeaderName.optional(),
      tolerance: Duration.refine((length) => length > 0 && length <= 3_600_000, 'at most 1h').optional(),
      url: z.url({ protocol: /^https?$/, error: 'the address of this API as the sender has it, https://…' }).optional(),
    })
    .optional(),
  topics: listOf(
    z.string().regex(/^arn:aws(-cn)?:sns:[a-z]{2}(-[a-z]+)+-\d:\d{12}:[\w.-]{1,256}$/, 'the ARN of an SNS topic'),
    'topics',
  ).optional(),
  jwt: z
    .strictObject({
      issuer: z.url({ protocol: /^https?$/, error: 'the issuer as its tokens name it, https://…' }),
      audience: z.string().regex(/^[\x21-\x7e]{1,512}$/, 'what tokens for this API name as their audience'),
      app_id: z.uuid('the id of the application that the token is given to'),
    })
    .optional(),
  bearer: Secrets.optional(),
  basic: listOf(
    z.strictObject({
      username: z.string().regex(/^[^:\p{Cc}]{1,128}$/u, 'a user name without a colon'),
      password: Secret,
    }),
    'users',
  ).optional(),
  header: z.strictObject({ name: HeaderName, values: Secrets }).optional(),
  query: z
    .strictObject({ name: z.string().regex(/^[\w.-]{1,64}$/, 'the name of a parameter'), values: Secrets })
    .optional(),
  addresses: listOf(AddressRange, 'addresses').transform(blockListOf).optional(),
})
export type SourceSecrets = z.infer<typeof SourceSecrets>

/** Null for a source that signs nothing; undefined where there is no such source. */
export const signatureOf = (address: string): Signature | null | undefined => {
  if (address.startsWith(CUSTOM))
    return MappingName.safeParse(address.slice(CUSTOM.length)).success ? CUSTOM_SIGNATURE : undefined
  const source = findSource(address)
  return source && (source.signature ?? null)
}

const Address = z
  .string()
  .refine((address) => signatureOf(address) !== undefined, 'the name of a source, or custom:<name> for a mapping')

/** What stands in the entry of a source and cannot be meant, by its field. */
const misplaced = (address: string, { signature, topics, jwt, bearer, basic }: SourceSecrets): [string[], string][] => {
  const kind = signatureOf(address)
  const hmac = kind?.scheme === 'hmac' ? kind : null
  const options: readonly SignatureOption[] = hmac?.options ?? []
  const found: [boolean, string[], string][] = [
    [
      signature !== undefined && !hmac,
      ['signature'],
      'its sender signs with no secret: use bearer, basic, header or query',
    ],
    [topics !== undefined && kind?.scheme !== 'sns', ['topics'], 'only cloudwatch_sns has topics'],
    [
      jwt !== undefined && (bearer ?? basic) !== undefined,
      ['jwt'],
      'it comes in the header of bearer and basic: remove it or them',
    ],
  ]
  if (!signature || !hmac) return found.flatMap(([wrong, ...rest]) => (wrong ? [rest] : []))
  for (const option of ['header', 'timestamp_header', 'url'] as const)
    found.push([
      signature[option] !== undefined && !options.includes(option),
      ['signature', option],
      'its sender leaves no choice here: remove it',
    ])
  found.push(
    [hmac.header === null && !signature.header, ['signature', 'header'], 'name the header that holds the signature'],
    [
      options.includes('url') && !signature.url,
      ['signature', 'url'],
      'its sender signs the address it sends to: state it',
    ],
    [
      signature.tolerance !== undefined && !signature.timestamp_header,
      ['signature', 'tolerance'],
      'it is about a signed timestamp: name the timestamp_header as well',
    ],
  )
  return found.flatMap(([wrong, ...rest]) => (wrong ? [rest] : []))
}

/** True where anything in it proves who sends: addresses alone do not. */
export const provesSender = ({ addresses, ...proofs }: SourceSecrets): boolean =>
  Object.values(proofs).some((proof) => proof !== undefined)

export const SecretsFile = z
  .strictObject({
    sources: z.record(Address, SourceSecrets).default({}),
    /** Anybody may deliver to them. */
    open: z.array(Address).default([]),
    /** Nobody may: those named, or all that stand nowhere else. */
    closed: z.union([z.literal('others'), z.array(Address)], 'a list of sources, or the word others').default([]),
  })
  .superRefine(({ sources, open, closed }, context) => {
    for (const [address, secrets] of Object.entries(sources))
      for (const [path, message] of misplaced(address, secrets))
        context.addIssue({ code: 'custom', path: ['sources', address, ...path], message })
    const secured = Object.keys(sources).filter((address) => provesSender(sources[address] as SourceSecrets))
    for (const [index, address] of open.entries())
      if (secured.includes(address))
        context.addIssue({
          code: 'custom',
          path: ['open', index],
          message: 'it has secrets too: remove it here or there',
        })
    for (const [index, address] of closed === 'others' ? [] : closed.entries())
      if (Object.hasOwn(sources, address) || open.includes(address))
        context.addIssue({
          code: 'custom',
          path: ['closed', index],
          message: 'it stands elsewhere too: remove it here or there',
        })
  })
export type SecretsFile = z.infer<typeof SecretsFile>
