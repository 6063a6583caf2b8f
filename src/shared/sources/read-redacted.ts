/** Reads a delivery that was kept: what was taken out of it is not there, and an alert that is known by it is rejected. */
import { isBranch } from './is-branch.ts'
import { rejected } from './reading.ts'
import { REDACTED } from './sensitive-text.ts'
import type { Headers, Reading, Source } from './source.ts'

/** Members go, and an entry of a list becomes null: the others stay where they stood. */
const withoutRedacted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((one) => (one === REDACTED ? null : withoutRedacted(one)))
  if (!isBranch(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => (one === REDACTED ? [] : [[name, withoutRedacted(one)]])),
  )
}

/** `receivedAt`: when it came the first time. Never throws. */
export const readRedacted = (source: Source, body: unknown, receivedAt: string, headers: Headers): Reading[] =>
  source
    .read(withoutRedacted(body), receivedAt, headers)
    .map((reading) =>
      reading.reading === 'alert' && JSON.stringify(reading.alert).includes(REDACTED)
        ? rejected('what the alert is known by', undefined, 'it was redacted, so the sender has to send it again')
        : reading,
    )
