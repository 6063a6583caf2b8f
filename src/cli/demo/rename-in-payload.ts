/** Makes another incident of a real payload: every mention of a name becomes another, and the ids follow. Pure. */
import { createHash } from 'node:crypto'

/** From -> to, e.g. `{ 'appointments-api': 'billing-api' }`. */
export type Renames = Readonly<Record<string, string>>

/** The group of the recorded alerts. PagerDuty's payload holds its sha256, so that has to change with it. */
const GROUP_KEY =
  '{}/{severity="critical"}:{alertname="high_memory_usage", namespace="prod", service="appointments-api"}'

/** PagerDuty's id of the recorded incident. */
const PAGE_ID = 'Q1PLM4T8R2AX7K'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const renamed = (text: string, renames: Renames): string =>
  Object.entries(renames).reduce((changed, [from, to]) => changed.replaceAll(from, to), text)

/** `text` is the payload as recorded. The same alert, firing or resolved, gets the same ids under the same renames. */
export const renameInPayload = (text: string, renames: Renames): string => {
  const salt = JSON.stringify(renames)
  const pageId = `Q${sha256(PAGE_ID + salt).slice(0, 13)}`.toUpperCase()
  return renamed(text, renames)
    .replaceAll(sha256(GROUP_KEY), sha256(renamed(GROUP_KEY, renames)))
    .replaceAll(PAGE_ID, pageId)
    .replace(/("fingerprint": ")([0-9a-f]{16})(")/g, (_, before, id, after) =>
      [before, sha256(id + salt).slice(0, 16), after].join(''),
    )
}
