/** A whole installation in the test's process: two replicas of the API, and stage workers that can be held mid-decision. */
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { verifyChain } from '../../src/shared/audit/verify-chain.ts'
import { StageName } from '../../src/shared/contracts/audit-record.ts'
import type { PolicySet } from '../../src/shared/contracts/policy.ts'
import { imbalance } from '../../src/shared/ledger/accounting.ts'
import { IncidentLedger } from '../../src/shared/ledger/incident-ledger.ts'
import { readStored } from '../../src/shared/ledger/stored-incident.ts'
import { connectWorker } from '../../src/shared/queue/redis.ts'
import { createLog } from '../../src/shared/telemetry/log.ts'
import { createMetrics } from '../../src/shared/telemetry/metrics.ts'
import { replayIncident } from '../../src/workers/replay/replay-incident.ts'
import { startStageWorker } from '../../src/workers/stage-worker.ts'
import { type Answer, openApi } from './api.ts'
import { eventually } from './processes.ts'

/** While held, a stage has read its incident and does not go on to decide. */
class HeldLedger extends IncidentLedger {
  readonly waiting = new Set<string>()
  held: Promise<void> | null = null

  override async read(...[id, decisions]: Parameters<IncidentLedger['read']>): ReturnType<IncidentLedger['read']> {
    const read = await super.read(id, decisions)
    if (this.held) this.waiting.add(id)
    await this.held
    return read
  }
}

/** Enough for every job of a table to be in hand at once. */
const CONCURRENCY = 2000

export type Installation = Awaited<ReturnType<typeof openInstallation>>

export const openInstallation = async (redisUrl: string, policies: PolicySet) => {
  const installation = `races-${randomUUID()}`
  const apis = [
    await openApi(redisUrl, installation, policies),
    await openApi(redisUrl, installation, policies),
  ] as const
  const [{ ledger }] = apis
  const redis = connectWorker(redisUrl)
  const closing: (() => Promise<unknown>)[] = []
  let posted = 0

  const work = (stage: StageName, own = new IncidentLedger(redis, installation)) => {
    const now = () => new Date().toISOString()
    const context = { ledger: own, policies: () => policies, now, actor: `worker:${stage}` }
    const telemetry = { metrics: createMetrics('test'), log: createLog('test', 'silent') }
    const worker = startStageWorker(stage, { redis, installation, concurrency: CONCURRENCY, context, ...telemetry })
    closing.push(() => worker.close())
  }

  /** Starts this stage's worker; it holds every incident it takes up until `release` is called. */
  const hold = (stage: StageName) => {
    const own = new HeldLedger(redis, installation)
    let open = () => {}
    own.held = new Promise((resolve) => {
      open = resolve
    })
    work(stage, own)
    const release = () => {
      own.held = null
      open()
    }
    closing.unshift(async () => release())
    return { holds: (id: string) => own.waiting.has(id), release }
  }

  const everyIncident = async () => {
    const listed = await ledger.idsAfter(null, 100_000)
    return Promise.all(listed.map(({ id }) => stored(id)))
  }

  /** What is stored of an incident, its chain checked on the way. */
  const stored = async (id: string) => {
    const read = await ledger.read(id)
    if (!read) throw new Error(`${id} is not in the ledger`)
    expect(verifyChain(read.trace, read.incident).problem).toBeNull()
    return { ...read.incident, trace: read.trace, events: read.trace.map(({ event }) => event) }
  }

  /** What a replay of each incident finds that was not so. */
  const differing = async () => {
    const listed = await ledger.idsAfter(null, 100_000)
    const replays = listed.map(async ({ id }) => {
      const found = await readStored(redis, ledger.keys, id)
      return found && replayIncident(found)
    })
    return (await Promise.all(replays)).flatMap((replay) => replay?.differences ?? [])
  }

  return {
    ledger,
    queue: apis[0].queue,
    work,
    workAll: () => {
      for (const stage of StageName.options) work(stage)
    },
    hold,
    stored,
    everyIncident,
    /** Posts to one replica or the other, never the same bytes twice: a repeat is the ledger's to know, not the door's. */
    post: (source: string, body: unknown, replica = 0): Promise<Answer> =>
      (apis[replica % 2] ?? apis[0]).post(`/webhooks/${source}`, `${JSON.stringify(body)}${' '.repeat(posted++)}`),
    metrics: async () => (await apis[0].get('/metrics')).body as string,
    settled: () => eventually(async () => expect(await ledger.accounting()).toMatchObject({ in_flight: 0 })),
    /** The counters balance, and say of every incident what its record says; and every decision gives the same bytes again. */
    expectBalance: async () => {
      const accounting = await ledger.accounting()
      expect(imbalance(accounting)).toBe(0)
      const counted = Object.entries(accounting).filter(
        ([name, count]) => /^verdict:|^in_flight$/.test(name) && count > 0,
      )
      const places: Record<string, number> = {}
      for (const { verdict } of await everyIncident()) {
        const place = verdict ? `verdict:${verdict.verdict}` : 'in_flight'
        places[place] = (places[place] ?? 0) + 1
      }
      expect(Object.fromEntries(counted)).toEqual(places)
      expect(await differing()).toEqual([])
    },
    close: async () => {
      for (const close of closing) await close()
      redis.disconnect()
      for (const api of apis) await api.close()
    },
  }
}
