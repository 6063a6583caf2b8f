/**
 * The hand-off between stages, fused into BullMQ's own completion: one script checks the lock, finishes the job, records
 * the decision and adds the next job. A worker that lost its lock commits nothing; a crash leaves all of it or none.
 */
import { createIORedisClient, QueueKeys, type QueueOptions, RedisConnection, RedisQueueBackend } from 'bullmq'
import type { Redis } from 'ioredis'
import type { StageName } from '../contracts/audit-record.ts'
import type { Spent } from '../contracts/share.ts'
import { crashPoint } from '../crash-point.ts'
import type { LedgerKeys } from '../ledger/keys.ts'
import { type Packed, packTogether } from '../ledger/pack-arguments.ts'
import { runScript } from '../ledger/scripts.ts'
import { parseSpent, SharesSpent } from '../ledger/spent-shares.ts'
import { GroupCommit } from './group-commit.ts'
import { type Commit, type DeadLetter, Handoff } from './handoff.ts'
import { type Hold, holdJob, Stopped } from './hold-job.ts'
import type { ReadAhead } from './read-ahead.ts'
import { FETCHES, readableReply } from './readable-job.ts'
import { addJobCommand } from './stage-queues.ts'

/** The arguments of a finish, with the commit they carry from where it was decided to where the script is run. */
type Arguments = Parameters<RedisQueueBackend['moveToFinished']>[1] & { commit?: Commit }
const CHANGED_MEANWHILE = -100
const TERMS_MISSING = -101
const STOPPED = -102
const SHARES_SPENT = -103
/** Longer than any incident is kept that names them; `commit.lua` renews it long before it has passed. */
const KEPT_SECONDS = 400 * 86_400
/** Keys and arguments of BullMQ's scripts, as `commit.lua` counts on them. */
const FINISH_KEYS = 14
const FINISH_ARGUMENTS = 9
const ADD_KEYS = 9
/** Where in them the job's key stands, and behind the keys whether it completed or failed. */
const JOB_KEY = 11
const TARGET = 4

/** First record to read, counted from the end when negative. */
const TRACE_FROM = { none: '', last: -1, all: 0 } as const

class IncidentChanged extends Error {}

export interface HandoffSettings {
  ledgerKeys: LedgerKeys
  deadLetter: DeadLetter
  hold: Hold
  readAhead: ReadAhead
  /** Fields of the incident record from which this queue's stage starts. */
  fields: readonly string[]
  /** Which records of its trace. */
  trace: keyof typeof TRACE_FROM
}

class HandoffBackend extends RedisQueueBackend {
  #siblings = new Map<StageName, RedisQueueBackend>()
  readonly #settings: HandoffSettings
  readonly #commits = new GroupCommit<Packed>()

  constructor(settings: HandoffSettings, ...backend: ConstructorParameters<typeof RedisQueueBackend>) {
    super(...backend)
    this.#settings = settings
  }

  override async moveToCompleted(
    ...[job, value, remove, token, fetchNext]: Parameters<RedisQueueBackend['moveToCompleted']>
  ): ReturnType<RedisQueueBackend['moveToCompleted']> {
    if (!(value instanceof Handoff)) return super.moveToCompleted(job, value, remove, token, fetchNext)
    return this.#finish(
      job.id,
      value.first,
      async (spent) => {
        const decided = await value.again(spent)
        value.summary = decided.summary
        return decided
      },
      () => this.moveToCompletedArgs(job, 'null', remove, token, fetchNext),
      async (stopped) => {
        const held = await holdJob(this, this.#settings.hold, job.id ?? '', token, stopped)
        if (held) value.summary = held.summary
        return held !== null
      },
    )
  }

  override async moveToFailed(
    ...[job, reason, remove, token, fetchNext, fields]: Parameters<RedisQueueBackend['moveToFailed']>
  ): ReturnType<RedisQueueBackend['moveToFailed']> {
    crashPoint('dead-letter:before')
    const decide = async () => ({ commit: await this.#settings.deadLetter(job.data, reason) })
    const finished = await this.#finish(job.id, await decide(), decide, () =>
      this.moveToFailedArgs(job, reason, remove, token, fetchNext, fields),
    )
    crashPoint('dead-letter:after')
    return finished
  }

  /** `hold` says whether the job was put off; a finish that nothing stops has none. */
  async #finish(
    jobId: string | undefined,
    first: { commit: Commit | null },
    again: (spent?: Spent[]) => Promise<{ commit: Commit | null }>,
    finishArguments: () => Arguments,
    hold?: (stopped: Stopped) => Promise<boolean>,
  ) {
    let spent: Spent[] | undefined
    for (let decided = first; ; decided = await again(spent)) {
      spent = undefined
      const args = finishArguments()
      if (decided.commit) args.commit = decided.commit
      try {
        const result = await this.moveToFinished(jobId ?? '', args)
        return { result, finishedOn: args[FINISH_KEYS + 1] as number }
      } catch (error) {
        if (error instanceof Stopped && hold) {
          if (await hold(error)) return { result: undefined, finishedOn: args[FINISH_KEYS + 1] as number }
        } else if (error instanceof SharesSpent) spent = error.spent
        else if (!(error instanceof IncidentChanged)) throw error
      }
    }
  }

  /** Where BullMQ would run its own script, a finish that carries a commit runs the fused one. */
  override execCommand(...[client, command, args]: Parameters<RedisQueueBackend['execCommand']>): unknown {
    const { commit } = args as Arguments
    if (commit) return this.#commit(client as unknown as Redis, commit, args)
    const reply: unknown = super.execCommand(client, command, args)
    return FETCHES.has(command) && reply instanceof Promise ? reply.then(readableReply) : reply
  }

  async #commit(client: Redis, commit: Commit, finish: Arguments): Promise<unknown> {
    const { incident_id, change, next, terms, scopes, shares } = commit
    const { ledgerKeys, fields, trace, readAhead } = this.#settings
    const add = next
      ? await addJobCommand(this.#sibling(next), incident_id, Date.now(), undefined, this.queue.opts.telemetry)
      : null
    if (finish.length !== FINISH_KEYS + FINISH_ARGUMENTS)
      throw new Error('BullMQ finishes a job in a way not known here')
    const item = packTogether([
      finish[JOB_KEY],
      ...finish.slice(FINISH_KEYS),
      ...(add?.arguments.slice(ADD_KEYS) ?? []),
      terms?.digest,
      scopes.join('\n'),
      shares,
      change,
    ])
    crashPoint('stage:before-commit')
    const reply = await this.#commits.add(`${finish[FINISH_KEYS + TARGET]} ${next}`, item, (items) => {
      const keys = [...finish.slice(0, FINISH_KEYS), ...(add?.arguments.slice(0, ADD_KEYS) ?? [])].map(String)
      const args: unknown[] = [ledgerKeys.prefix, KEPT_SECONDS, TRACE_FROM[trace], fields.length, ...fields]
      for (const item of items) args.push(item.count, item)
      return runScript(client, 'interlockCommit', keys, args)
    })
    crashPoint('stage:after-commit')
    if (typeof reply === 'string') throw new Error(reply)
    const [finished, ...read] = reply as [unknown, ...unknown[]]
    if (finished === CHANGED_MEANWHILE) throw new IncidentChanged()
    if (finished === STOPPED) throw new Stopped(scopes, { scope: String(read[0]), text: String(read[1]) })
    if (finished === SHARES_SPENT) throw new SharesSpent(parseSpent(JSON.parse(String(read[0]))))
    if (finished === TERMS_MISSING && terms) {
      await client.set(ledgerKeys.kept(terms.digest), terms.text, 'EX', KEPT_SECONDS)
      return this.#commit(client, commit, finish)
    }
    if (read.length > 0) readAhead.put(String((finished as unknown[])[1]), read)
    return readableReply(finished)
  }

  #sibling(stage: StageName): RedisQueueBackend {
    const known = this.#siblings.get(stage) ?? (this.forQueue(stage) as RedisQueueBackend)
    this.#siblings.set(stage, known)
    return known
  }
}

/** The `backendFactory` of a stage's worker. `redis` stays the caller's; the blocking duplicate is the worker's own. */
export const handoffBackend =
  (redis: Redis, settings: HandoffSettings) =>
  (name: string, opts: QueueOptions): HandoffBackend => {
    const keys = new QueueKeys(opts.prefix)
    return new HandoffBackend(
      settings,
      new RedisConnection(redis, { shared: true, blocking: false }),
      name,
      keys.getKeys(name),
      (type) => keys.toKey(name, type),
      opts,
      new RedisConnection(createIORedisClient(redis).duplicate({ connectionName: `interlock:${name}` }), {
        shared: false,
        blocking: true,
      }),
    )
  }
