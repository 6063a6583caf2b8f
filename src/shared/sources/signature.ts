/** How a sender signs its deliveries: what it signs, and where the signature stands. Says it only; the door checks it. */

/** What a signature can be about: the bytes as they came, and what a person configured with the sender. */
export interface SignedRequest {
  raw: Buffer
  /** As it stood in its header; null where none is configured. */
  timestamp: string | null
  /** The address as the sender knows it; empty where none is configured. */
  url: string
}

/** What the secrets file may state of a signature besides its secrets. */
export type SignatureOption = 'header' | 'timestamp_header' | 'url'

/** A keyed hash with a shared secret. */
export interface HmacSignature {
  scheme: 'hmac'
  /** In lower case; null where there is no usual one, so that the secrets file must name it. */
  header: string | null
  hash: 'sha1' | 'sha256'
  encoding: 'hex' | 'base64'
  /** What each value begins with. Where it is not empty, the header may hold several, separated by commas. */
  prefix: string
  /** What is signed, part after part; null where that does not settle what the body says. */
  signs(request: SignedRequest): (string | Buffer)[] | null
  options: readonly SignatureOption[]
}

/** SNS: a certificate of AWS, named in the body that it signs. */
export interface SnsSignature {
  scheme: 'sns'
}

export type Signature = HmacSignature | SnsSignature

/** A bare hash over the body, or over timestamp, colon and body where a header with Unix seconds is configured. */
export const bodySignature = (
  header: string | null,
  options: readonly SignatureOption[] = [],
  prefix = '',
): HmacSignature => ({
  scheme: 'hmac',
  header,
  hash: 'sha256',
  encoding: 'hex',
  prefix,
  signs: ({ raw, timestamp }) => (timestamp === null ? [raw] : [timestamp, ':', raw]),
  options,
})
