/** The secrets of all sources as the door uses them, made of the file's text. Errors name field and fix, never a value. */
import { createSecretKey, type KeyObject } from 'node:crypto'
import type { BlockList } from 'node:net'
import type { z } from 'zod'
import { CodedError } from '../../shared/coded-error.ts'
import { readYamlDocument } from '../../shared/policy/yaml-document.ts'
import type { HmacSignature } from '../../shared/sources/signature.ts'
import { secretDigest } from './same-secret.ts'
import { provesSender, SecretsFile, type SourceSecrets, signatureOf } from './secrets-schema.ts'

export interface HmacRule {
  signature: HmacSignature
  header: string
  keys: readonly KeyObject[]
  timestamp: { header: string; toleranceMs: number } | null
  url: string
}

/** Of a token that somebody else signs: who, for whom, and to which application it was given. */
export type JwtRule = NonNullable<SourceSecrets['jwt']>

export interface TokenRule {
  kind: 'bearer' | 'basic' | 'header' | 'query'
  /** Of the header or the parameter. */
  name: string
  digests: readonly Buffer[]
}

/** What a delivery of one source must bring: the signature where one is listed, and one of the tokens where some are. */
export interface SenderRules {
  hmac: HmacRule | null
  jwt: JwtRule | null
  topics: readonly string[] | null
  tokens: readonly TokenRule[]
  addresses: BlockList | null
}

/** `unsigned` is a source of which the file says nothing. */
export type Standing = 'secured' | 'open' | 'closed' | 'unsigned'

export interface WebhookSecrets {
  /** By source name, or `custom:<name>`. */
  rulesOf(address: string): SenderRules | undefined
  standingOf(address: string): Standing
  /** Of the signed tokens of each source that has some. */
  issuers: ReadonlyMap<string, string>
}

const TOLERANCE_MS = 300_000

const hmacOf = (address: string, given: NonNullable<SourceSecrets['signature']>): HmacRule => {
  const signature = signatureOf(address) as HmacSignature
  const { secrets, header, timestamp_header, tolerance = TOLERANCE_MS, url = '' } = given
  return {
    signature,
    header: header ?? signature.header ?? '',
    keys: secrets.map((secret) => createSecretKey(secret, 'utf8')),
    timestamp: timestamp_header ? { header: timestamp_header, toleranceMs: tolerance } : null,
    url,
  }
}

const rulesFrom = (address: string, secrets: SourceSecrets): SenderRules => {
  const { signature, topics = null, jwt = null, bearer, basic, header, query, addresses = null } = secrets
  const users = basic?.map(({ username, password }) => `${username}:${password}`)
  const tokens: [TokenRule['kind'], string, readonly string[] | undefined][] = [
    ['bearer', 'authorization', bearer],
    ['basic', 'authorization', users],
    ['header', header?.name ?? '', header?.values],
    ['query', query?.name ?? '', query?.values],
  ]
  return {
    hmac: signature ? hmacOf(address, signature) : null,
    jwt,
    topics,
    tokens: tokens.flatMap(([kind, name, values]) =>
      values ? [{ kind, name, digests: values.map(secretDigest) }] : [],
    ),
    addresses,
  }
}

const from = ({ sources, open, closed }: SecretsFile): WebhookSecrets => {
  const rules = new Map(Object.entries(sources).map(([address, secrets]) => [address, rulesFrom(address, secrets)]))
  const secured = new Set(Object.keys(sources).filter((address) => provesSender(sources[address] as SourceSecrets)))
  return {
    rulesOf: (address) => rules.get(address),
    issuers: new Map([...rules].flatMap(([address, { jwt }]) => (jwt ? [[address, jwt.issuer]] : []))),
    standingOf: (address) => {
      if (secured.has(address)) return 'secured'
      if (open.includes(address)) return 'open'
      if (closed === 'others') return rules.has(address) ? 'unsigned' : 'closed'
      return closed.includes(address) ? 'closed' : 'unsigned'
    },
  }
}

/** Of an installation that names no secrets file. */
export const NO_SECRETS: WebhookSecrets = from(SecretsFile.parse({}))

/** Which key is not known is not repeated: what was meant as a value may stand in its place. */
const fixOf = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'unrecognized_keys') return 'has a key that is not known: remove it or correct its name'
  if (issue.code === 'invalid_key') return 'has a key that is no source: use the name of a source, or custom:<name>'
  return issue.message
}

/** The path as far as its parts are names of ours. */
const fieldOf = (path: readonly PropertyKey[]): string => {
  const stranger = path.findIndex(
    (part, at) => at === 1 && path[0] === 'sources' && signatureOf(String(part)) === undefined,
  )
  return (stranger === -1 ? path : path.slice(0, stranger)).map(String).join('.') || 'the file'
}

export class SecretsError extends CodedError {
  constructor(file: string, problems: readonly string[]) {
    super(
      'secrets_invalid',
      [`the secrets file ${file} is not usable:`, ...problems.map((one) => `  - ${one}`)].join('\n'),
    )
  }
}

/** `text` is YAML, of which JSON is a part. Throws SecretsError that names every bad field. */
export const parseSecrets = (text: string, file: string): WebhookSecrets => {
  const { value, broken, placeOf } = readYamlDocument(text)
  // What the parser says of a text repeats some of it.
  if (broken.length > 0)
    throw new SecretsError(
      file,
      broken.map(({ line, column }) => `line ${line}, column ${column}: this is not valid YAML or JSON`),
    )
  const parsed = SecretsFile.safeParse(value ?? {})
  if (parsed.success) return from(parsed.data)
  throw new SecretsError(
    file,
    parsed.error.issues.map((issue) => `line ${placeOf(issue.path).line}: ${fieldOf(issue.path)}: ${fixOf(issue)}`),
  )
}
