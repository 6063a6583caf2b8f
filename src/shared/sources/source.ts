/** What every webhook adapter provides. Adapters are pure: bytes already parsed to JSON in, alerts out. */
import type { Alert, SourceName } from '../contracts/alert.ts'

/** One entry per alert of the delivery, in the delivery's order, so that one bad alert never takes the rest with it. */
export type Reading =
  | { reading: 'alert'; alert: Alert }
  /** Understood and deliberately not an incident: a ping, a test notification, an event that neither opens nor ends one. */
  | { reading: 'ignored'; reason: string }
  /** Not understood: `reason` names the field, the value and the fix. */
  | { reading: 'rejected'; reason: string }

export interface Source {
  name: SourceName
  /** True where the sender switches the subscription off after a few 4xx: content is then never answered with one. */
  never_refuse_content: boolean
  /**
   * Reads one delivery. Never throws, whatever `body` is. `receivedAt` stands in for a start the source does not send.
   * A body that is not this source's at all gives one `rejected` reading.
   */
  read(body: unknown, receivedAt: string): Reading[]
}
