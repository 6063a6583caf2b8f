/** What every webhook adapter provides. Adapters are pure: bytes already parsed to JSON in, alerts out. */
import type { Alert, SourceName } from '../contracts/alert.ts'
import type { Signature } from './signature.ts'

/** One entry per alert of the delivery, in the delivery's order, so that one bad alert never takes the rest with it. */
export type Reading =
  | { reading: 'alert'; alert: Alert }
  /** Understood and deliberately not an incident: a ping, a test notification, an event that neither opens nor ends one. */
  | { reading: 'ignored'; reason: string }
  /** Not understood: `reason` names the field, the value and the fix. */
  | { reading: 'rejected'; reason: string }

/** Of the request, by lower case name: some senders put there what their body is. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>

export const FORM = 'application/x-www-form-urlencoded'

export interface Source {
  name: SourceName
  /** What people call it. */
  title: string
  /** True where the sender switches the subscription off after a few 4xx: content is then never answered with one. */
  never_refuse_content: boolean
  /** What its sender calls the body, where that is not JSON: JSON under another name, or a form. */
  also_as?: readonly ('text/plain' | typeof FORM | 'multipart/form-data')[]
  /** The largest body it sends, with room to spare, in bytes; by default 1 MiB. */
  body_limit?: number
  /** After which answer its sender comes again, where that is not a 5xx alone: a 429 as well, or none. */
  retries?: 'after_429' | 'never'
  /** Of a mapping: the fields, by their last name, that it reads ids, states and names from. They outlive redaction. */
  names?: readonly string[]
  /** True where the sender takes every answer but 200 for a failure. */
  only_200?: true
  /** How its sender signs; without it, only a token that the sender was given can prove who it is. */
  signature?: Signature
  /** The sender's own id of a delivery, the same at every try; empty where the delivery has none. Never throws. */
  deliveryId?(body: unknown, headers: Headers): string
  /**
   * Reads one delivery: `body` is parsed JSON, or a form as an object of texts. Never throws, whatever it is. `receivedAt` stands in for a start the source does not send.
   * A body that is not this source's at all gives one `rejected` reading.
   */
  read(body: unknown, receivedAt: string, headers?: Headers): Reading[]
}
