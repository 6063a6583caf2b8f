/** An incident with everything its decisions depended on, as the very bytes that are kept: what a replay starts from. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { Sighting } from '../contracts/alert.ts'
import { type AuditRecord, StageName } from '../contracts/audit-record.ts'
import { type Incident, RecordedDecision } from '../contracts/incident.ts'
import { fieldsOf, replacedBy, type StoredTexts, storedTexts } from './incident-fields.ts'
import { parseIncidentReply } from './incident-ledger.ts'
import { orUnreadable } from './incident-unreadable.ts'
import type { LedgerKeys } from './keys.ts'
import { runScript } from './scripts.ts'

const Head = RecordedDecision.pick({
  outcome: true,
  now: true,
  policy_digest: true,
  terms_digest: true,
  rules_version: true,
})

export interface StoredDecision {
  head: Pick<RecordedDecision, keyof typeof Head.shape>
  texts: StoredTexts
  /** Those kept under the digest that the decision names; null when it names none, or they are gone. */
  terms: string | null
}

export interface StoredIncident {
  incident: Incident
  trace: AuditRecord[]
  /** Null: there is something, and not in a form Interlock writes. */
  decisions: Partial<Record<StageName, StoredDecision | null>>
  /** Sightings as they were, by the number of the record that replaced them. */
  replaced: ReadonlyMap<number, readonly Sighting[]>
}

const NAMES = fieldsOf('all')

const Replaced = z.array(Sighting)
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Null for what is not three lines of text as Interlock writes them; the terms are read apart. */
export const parseDecision = (field: string): StoredDecision | null => {
  const texts = storedTexts(field)
  try {
    return texts && { texts, head: Head.parse(JSON.parse(texts.decision)), terms: null }
  } catch {
    return null
  }
}

const readReplaced = async (redis: Redis, key: string, trace: readonly AuditRecord[]) => {
  const attached = trace.filter(({ event }) => event === 'source_attached').map(({ seq }) => seq)
  const texts = attached.length > 0 ? await redis.hmget(key, ...attached.map(replacedBy)) : []
  const found = attached.flatMap((seq, i) => {
    const was = Replaced.safeParse(parseJson(texts[i] ?? 'null'))
    return was.success ? [[seq, was.data] as const] : []
  })
  return new Map(found)
}

/** Three round trips: one consistent view, then the terms, and what was replaced. Null when there is no such incident. Throws IncidentUnreadable. */
export const readStored = async (
  redis: Redis,
  keys: LedgerKeys,
  incidentId: string,
): Promise<StoredIncident | null> => {
  const both = [keys.incident(incidentId), keys.trace(incidentId)]
  const reply = await runScript(redis, 'interlockReadIncident', both, NAMES).catch(orUnreadable)
  const read = parseIncidentReply(reply, 'none')
  if (!read) return null
  const [values] = reply as [(string | null)[]]
  const decisions: StoredIncident['decisions'] = {}
  for (const stage of StageName.options) {
    const field = values[NAMES.indexOf(`decision:${stage}`)]
    // Empty where a decision was taken back.
    if (field) decisions[stage] = parseDecision(field)
  }
  const named = Object.values(decisions).filter((decision) => decision?.head.terms_digest)
  if (named.length > 0) {
    const terms = await redis.mget(named.map((decision) => keys.kept(decision?.head.terms_digest ?? '')))
    for (const [i, decision] of named.entries()) if (decision) decision.terms = terms[i] ?? null
  }
  return { ...read, decisions, replaced: await readReplaced(redis, keys.incident(incidentId), read.trace) }
}
