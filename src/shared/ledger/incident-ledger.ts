/** The incident ledger: what happened to every incident, kept apart from BullMQ's memory of its jobs. */
import { type Redis, ReplyError } from 'ioredis'
import { z } from 'zod'
import { sha256 } from '../audit/digest.ts'
import type { AuditRecord, StageName } from '../contracts/audit-record.ts'
import type { Incident, RecordedDecision } from '../contracts/incident.ts'
import { GroupCommit } from '../queue/group-commit.ts'
import type { JobCommand } from '../queue/stage-queues.ts'
import { type LedgerChange, packChange } from './change.ts'
import { ConfirmedRuns } from './confirmed-runs.ts'
import { FieldValues, fieldsOf, toIncident } from './incident-fields.ts'
import { IncidentUnreadable, orUnreadable } from './incident-unreadable.ts'
import { type LedgerKeys, ledgerKeys } from './keys.ts'
import { type Packed, packTogether } from './pack-arguments.ts'
import { Quarantine } from './quarantine.ts'
import { Reviews } from './reviews.ts'
import { runScript } from './scripts.ts'
import { Stops } from './stops.ts'

export interface Related {
  /** Incidents of the alert's own id or under one of its correlation keys. */
  incidents: Incident[]
  /** Version of each correlation key, in the order asked: a change under the key in the meantime shows in it. */
  versions: number[]
}

const RECORD = fieldsOf('none')

const recordIn = (values: readonly (string | null)[]): Incident | null | 'unreadable' => {
  try {
    return toIncident(RECORD, values)
  } catch {
    return 'unreadable'
  }
}

const BooksReply = z.tuple([z.record(z.string(), z.string()), z.number()])
const RelatedReply = z.tuple([z.array(z.number()), z.array(FieldValues)])

/**
 * What `read-incident.lua` returns for these decisions, parsed; null when there is no such incident. The records are
 * taken as they are: `verifyChain` checks every member of them by hash, which no schema could.
 */
export const parseIncidentReply = (
  reply: unknown,
  decisions: 'all' | 'none' | StageName,
): { incident: Incident; trace: AuditRecord[] } | null => {
  const [values, trace] = reply as [(string | null)[], string[]]
  try {
    const incident = toIncident(fieldsOf(decisions), values)
    return incident && { incident, trace: trace.map((text): AuditRecord => JSON.parse(text)) }
  } catch {
    throw new IncidentUnreadable()
  }
}

/** The number of keys a BullMQ command takes, the rest being its arguments. */
const COMMAND_KEYS: Record<string, number> = {
  addStandardJob: 9,
  addPrioritizedJob: 9,
  addDelayedJob: 6,
  promote: 9,
}

export class IncidentLedger {
  readonly keys: LedgerKeys
  readonly stops: Stops
  readonly runs: ConfirmedRuns
  readonly reviews: Reviews
  readonly quarantine: Quarantine
  readonly #redis: Redis
  readonly #accepts = new GroupCommit<Packed>()

  constructor(redis: Redis, installation: string) {
    this.#redis = redis
    this.keys = ledgerKeys(installation)
    this.stops = new Stops(redis, this.keys)
    this.runs = new ConfirmedRuns(redis, this.keys)
    this.reviews = new Reviews(redis, this.keys)
    this.quarantine = new Quarantine(redis, this.keys)
  }

  /**
   * One round trip: what an arriving alert may belong to; under each key only so many, since groups re-fire: `limit` of
   * them behind the `from` last changed. What is not readable is none; rejects with IncidentUnreadable where the alert's own is.
   */
  async findRelated(incidentId: string, correlationKeys: readonly string[], limit: number, from = 0): Promise<Related> {
    const keys = [this.keys.incident(incidentId), ...correlationKeys.map((key) => this.keys.correlation(key))]
    const reply = await runScript(this.#redis, 'interlockFindRelated', keys, [
      incidentId,
      this.keys.incident(''),
      from,
      from + limit - 1,
      ...RECORD,
    ])
    const [versions, found] = RelatedReply.parse(reply)
    const incidents = found.flatMap((values) => {
      const incident = recordIn(values)
      if (incident === 'unreadable' && values[0] === incidentId) throw new IncidentUnreadable(incidentId)
      return incident === 'unreadable' ? [] : (incident ?? [])
    })
    return { versions, incidents }
  }

  /**
   * One round trip, all or nothing: changes an incident, others that change `also`, and takes the queue's step with it.
   * False when another writer was first: nothing was changed, look again and decide again.
   */
  async apply(change: LedgerChange, step: JobCommand | null, also: readonly LedgerChange[] = []): Promise<boolean> {
    const keyCount = step ? (COMMAND_KEYS[step.command] ?? 0) : 0
    const keys = step ? step.arguments.slice(0, keyCount).map(String) : [this.keys.absent]
    const stepArgs = step?.arguments.slice(keyCount) ?? []
    const changes = [change, ...also].map(packChange)
    const item = packTogether([...stepArgs, ...changes.flatMap((one) => [one.count, one])])
    const reply = await this.#accepts.add(`${step?.command} ${keys[0]}`, item, (items) => {
      const args: unknown[] = [this.keys.prefix, step?.command ?? '', stepArgs.length]
      for (const one of items) args.push(one.count, one)
      return runScript(this.#redis, 'interlockAccept', keys, args)
    })
    if (typeof reply === 'string') throw new ReplyError(reply)
    return reply === 1
  }

  /**
   * An incident with its trace, or null when there is none of that id, in one round trip. `decisions` says which to read:
   * all, with their terms in a second one, or that a stage starts from.
   */
  async read(
    incidentId: string,
    decisions: 'all' | 'none' | StageName = 'all',
  ): Promise<{ incident: Incident; trace: AuditRecord[] } | null> {
    const keys = [this.keys.incident(incidentId), this.keys.trace(incidentId)]
    const reply = runScript(this.#redis, 'interlockReadIncident', keys, fieldsOf(decisions))
    const read = parseIncidentReply(await reply.catch(orUnreadable), decisions)
    if (read && decisions === 'all') await this.#addTerms(Object.values(read.incident.decisions))
    return read
  }

  /** Completes what was known with the terms that are kept apart. Terms that are lost or changed stay out of it. */
  async #addTerms(decisions: readonly RecordedDecision[]): Promise<void> {
    const named = decisions.filter(({ terms_digest }) => terms_digest !== null)
    if (named.length === 0) return
    const texts = await this.#redis.mget(named.map(({ terms_digest }) => this.keys.kept(terms_digest ?? '')))
    for (const [i, decision] of named.entries()) {
      const text = texts[i] ?? ''
      if (sha256(text) === decision.terms_digest)
        decision.known = { ...JSON.parse(text), ...(decision.known as object) }
    }
  }

  /** One round trip: an incident without trace and decisions. Rejects with IncidentUnreadable as `read` does. */
  async readRecord(incidentId: string): Promise<Incident | null> {
    const incident = recordIn(await this.#redis.hmget(this.keys.incident(incidentId), ...RECORD).catch(orUnreadable))
    if (incident === 'unreadable') throw new IncidentUnreadable(incidentId)
    return incident
  }

  /** Incidents newest first, from the one behind `after` (null: from the newest). `at` is when it was accepted, in ms. */
  async idsAfter(after: { at: number; id: string } | null, limit: number): Promise<{ id: string; at: number }[]> {
    for (let offset = 0; ; offset += limit) {
      const reply = await this.#redis.zrange(
        this.keys.index,
        after?.at ?? '+inf',
        '-inf',
        'BYSCORE',
        'REV',
        'LIMIT',
        offset,
        limit,
        'WITHSCORES',
      )
      const page: { id: string; at: number }[] = []
      for (let i = 0; i + 1 < reply.length; i += 2) page.push({ id: reply[i] as string, at: Number(reply[i + 1]) })
      // Of several accepted in the same millisecond the index gives the greatest id first.
      const rest = after ? page.filter(({ at, id }) => at < after.at || id < after.id) : page
      if (rest.length > 0 || page.length === 0) return rest
    }
  }

  /** How many incidents `idsAfter` would list. */
  async count(): Promise<number> {
    return this.#redis.zcard(this.keys.index)
  }

  /** Where every alert is: `received` = the sum of all others, or something was lost. */
  async accounting(): Promise<Record<string, number>> {
    return this.#counted(await this.#redis.hgetall(this.keys.accounting))
  }

  /** The same, and at the same moment how many incidents are listed as in flight, which `in_flight` must equal. */
  async books(): Promise<{ counters: Record<string, number>; open: number }> {
    const replies = await this.#redis.multi().hgetall(this.keys.accounting).zcard(this.keys.open).exec()
    const [counters, open] = BooksReply.parse(replies?.map(([, reply]) => reply))
    return { counters: this.#counted(counters), open }
  }

  #counted(counters: Record<string, string>): Record<string, number> {
    return Object.fromEntries(Object.entries(counters).map(([name, count]) => [name, Number(count)]))
  }
}
