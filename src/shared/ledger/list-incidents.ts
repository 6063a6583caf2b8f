/** Lists incidents newest first, filtered, a page at a time; a cursor continues exactly where a page ended. */
import { z } from 'zod'
import { type Incident, IncidentStatus } from '../contracts/incident.ts'
import type { IncidentLedger } from './incident-ledger.ts'
import { onlyUnreadable } from './incident-unreadable.ts'

/** `<ms>-<incident_id>` of the last incident looked at. */
const Cursor = z
  .string()
  .regex(/^\d{1,15}-[A-Z].*$/, 'a cursor is the next_cursor of the page before')
  .transform((text) => {
    const dash = text.indexOf('-')
    return { at: Number(text.slice(0, dash)), id: text.slice(dash + 1) }
  })

const PAGE = 'a whole number from 1 to 200'

export const IncidentQuery = z.strictObject({
  status: IncidentStatus.optional(),
  class: z.string().optional(),
  service: z.string().optional(),
  cursor: Cursor.optional(),
  limit: z.coerce.number(PAGE).int(PAGE).min(1, PAGE).max(200, PAGE).default(50),
})
export type IncidentQuery = z.infer<typeof IncidentQuery>

/** How many incidents one page looks at, at most: a rare filter over a large ledger answers in time, with a cursor. */
const SCAN_LIMIT = 2000

const matches = (incident: Incident, query: IncidentQuery) =>
  (query.status === undefined || incident.status === query.status) &&
  (query.class === undefined || incident.incident_class === query.class) &&
  (query.service === undefined || incident.sightings.some(({ service }) => service === query.service))

export const listIncidents = async (
  ledger: IncidentLedger,
  query: IncidentQuery,
): Promise<{ incidents: Incident[]; next_cursor: string | null }> => {
  const incidents: Incident[] = []
  let after = query.cursor ?? null
  for (let scanned = 0; scanned < SCAN_LIMIT; ) {
    const page = await ledger.idsAfter(after, 100)
    if (page.length === 0) return { incidents, next_cursor: null }
    const records = await Promise.all(page.map(({ id }) => ledger.readRecord(id).catch(onlyUnreadable)))
    for (const [i, { id, at }] of page.entries()) {
      const incident = records[i]
      if (incident && matches(incident, query)) incidents.push(incident)
      after = { at, id }
      scanned++
      if (incidents.length === query.limit) return { incidents, next_cursor: `${at}-${id}` }
    }
  }
  return { incidents, next_cursor: after && `${after.at}-${after.id}` }
}
