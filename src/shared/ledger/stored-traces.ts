/** All incidents of the ledger with their audit traces, or with their chain heads alone, a page at a time. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { parseRecord } from '../audit/parse-record.ts'
import type { StoredTrace } from '../audit/verify-traces.ts'
import { ChainEnd } from '../contracts/checkpoint.ts'
import type { IncidentLedger } from './incident-ledger.ts'
import { runScript } from './scripts.ts'

/** Traces may be long; heads are not, and a script over so many takes Redis a few milliseconds. */
const TRACES_AT_ONCE = 100
const HEADS_AT_ONCE = 1000

interface Listed {
  id: string
  at: number
}

async function* pages(ledger: IncidentLedger, size: number): AsyncGenerator<Listed[]> {
  for (let after: Listed | null = null; ; ) {
    const page: Listed[] = await ledger.idsAfter(after, size)
    after = page.at(-1) ?? null
    if (!after) return
    yield page
  }
}

const TraceReply = z.tuple([z.tuple([z.string().nullable(), z.string().nullable()]), z.array(z.string())])

/** What is not JSON stays the text it is, and the check of the chain says so. */
const recordIn = (text: string): unknown => {
  try {
    return parseRecord(text)
  } catch {
    return text
  }
}

/** Something else lies where the incident or its trace was. */
const asGone = (error: Error): unknown => {
  if (error.message.includes('WRONGTYPE')) return [[null, null], []]
  throw error
}

const readTrace = async (redis: Redis, { keys }: IncidentLedger, id: string): Promise<StoredTrace | null> => {
  const read = runScript(redis, 'interlockReadIncident', [keys.incident(id), keys.trace(id)], ['head', 'records'])
  const [[head, records], texts] = TraceReply.parse(await read.catch(asGone))
  // Removed since the page was read, and not merely robbed of its record.
  if (head === null && texts.length === 0 && (await redis.zscore(keys.index, id)) === null) return null
  const end = head === null ? null : { head, records: Number(records) }
  return { incident_id: id, head: end, trace: texts.map(recordIn) }
}

/** Those of these incidents that are there; each is read whole and in one step, so it may be written to meanwhile. */
export async function* readTraces(
  redis: Redis,
  ledger: IncidentLedger,
  ids: readonly string[],
): AsyncGenerator<StoredTrace> {
  const traces = await Promise.all(ids.map((id) => readTrace(redis, ledger, id)))
  for (const trace of traces) if (trace) yield trace
}

/** Newest incident first. */
export async function* everyTrace(redis: Redis, ledger: IncidentLedger): AsyncGenerator<StoredTrace> {
  for await (const page of pages(ledger, TRACES_AT_ONCE)) {
    yield* readTraces(
      redis,
      ledger,
      page.map(({ id }) => id),
    )
  }
}

const HeadsReply = z.array(z.string().nullable())

/** A time beyond what a Date can hold gives none, and the chain end is not one. */
const timestamp = (ms: number): string | undefined => {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

/** Newest incident first; `null` for one whose record is gone or not in the form of one. */
export async function* everyChainEnd(
  redis: Redis,
  ledger: IncidentLedger,
): AsyncGenerator<{ incident_id: string; end: ChainEnd | null }> {
  for await (const page of pages(ledger, HEADS_AT_ONCE)) {
    const keys = page.map(({ id }) => ledger.keys.incident(id))
    const reply = HeadsReply.parse(await runScript(redis, 'interlockReadHeads', keys, []))
    for (const [i, { id, at }] of page.entries()) {
      const [head, records] = [reply[2 * i], reply[2 * i + 1]]
      const end = { incident_id: id, accepted_at: timestamp(at), records: Number(records), head }
      yield { incident_id: id, end: ChainEnd.safeParse(end).data ?? null }
    }
  }
}
