/** The real API over a ledger that forgets at once, and what must be true of every answer it gives. */
import type { Door } from '../../src/producers/door/verify-delivery.ts'
import { createServer, type ServerSettings } from '../../src/producers/server.ts'
import { Alert } from '../../src/shared/contracts/alert.ts'
import { type LedgerChange, packChange } from '../../src/shared/ledger/change.ts'
import { findSource } from '../../src/shared/sources/index.ts'
import { createLog } from '../../src/shared/telemetry/log.ts'
import { createMetrics } from '../../src/shared/telemetry/metrics.ts'
import { NO_POLICIES, OPEN_DOOR } from '../support/api.ts'
import type { FuzzCase } from './case.ts'
import { MAPPINGS } from './targets.ts'

/** The coded refusals that a delivery can earn by itself. */
const REFUSALS = new Set([400, 413, 415, 422])

const queue = {
  opts: {},
  backend: {
    keys: {},
    qualifiedName: '{fuzz}:normalize',
    addJobToTransaction: async (recorder: { runCommand(name: string, args: string[]): void }) =>
      recorder.runCommand('addDelayedJob:7', []),
  },
}

/** What is wrong with one change that would have been written; null when nothing is. */
const wrongIn = ({ fields }: LedgerChange, source: string): string | null => {
  for (const sighting of JSON.parse(fields.sightings ?? '[]')) {
    const alert = Alert.safeParse(sighting)
    if (!alert.success)
      return `an incident with ${alert.error.issues[0]?.path.join('.')}: ${alert.error.issues[0]?.message}`
    if (alert.data.service === '' || alert.data.incident_class === '') return 'an incident without service or class'
    if (alert.data.source !== source) return `an incident of ${alert.data.source}`
  }
  return null
}

interface Answered {
  status: number
  code: string | undefined
  /** What the ledger would have kept. */
  written: readonly LedgerChange[]
}

export interface Receiver {
  answerTo(delivery: FuzzCase): Promise<Answered>
  /** What the answer breaches, or null. Never rejects. */
  breachOf(delivery: FuzzCase): Promise<string | null>
  close(): Promise<unknown>
}

export const openReceiver = (door: Door = OPEN_DOOR): Receiver => {
  let written: LedgerChange[] = []
  const ledger = {
    stops: {},
    quarantine: { keep: async () => 0 },
    findRelated: async (_id: string, keys: readonly string[]) => ({ incidents: [], versions: keys.map(() => 0) }),
    apply: async (change: LedgerChange) => {
      packChange(change)
      written.push(change)
      return true
    },
  }
  const server = createServer({
    acceptance: { ledger, queue, policies: () => ({ ...NO_POLICIES, sources: MAPPINGS }) },
    redis: {},
    door,
    queues: [],
    review: async () => null,
    isStopping: () => false,
    metrics: createMetrics('0.0.0'),
    log: createLog('api', 'silent'),
  } as unknown as ServerSettings)
  const inherited = JSON.stringify(Object.getOwnPropertyNames(Object.prototype))

  const answerTo = async ({ source, headers, raw }: FuzzCase): Promise<Answered> => {
    written = []
    const answer = await server.inject({ method: 'POST', url: `/webhooks/${source}`, headers, payload: raw })
    return { status: answer.statusCode, code: JSON.parse(answer.payload).code, written }
  }

  const breachOf = async (delivery: FuzzCase): Promise<string | null> => {
    const { source } = delivery
    const name = source.startsWith('custom:') ? 'custom' : source
    const { status, code } = await answerTo(delivery)
    if (JSON.stringify(Object.getOwnPropertyNames(Object.prototype)) !== inherited) return 'every object has changed'
    const taken = status === 200 || status === 202
    if (!taken && !REFUSALS.has(status)) return `answered ${status} ${code}`
    if (!taken && typeof code !== 'string') return `a refusal without a code: ${status}`
    if (status === 422 && findSource(source)?.never_refuse_content) return 'content refused with a 4xx'
    if (!taken && written.length > 0) return 'refused, and written all the same'
    return written.map((change) => wrongIn(change, name)).find((wrong) => wrong !== null) ?? null
  }
  return {
    answerTo,
    breachOf: (delivery) =>
      breachOf(delivery).catch((error: unknown) => `threw ${error instanceof Error ? error.stack : String(error)}`),
    close: () => server.close(),
  }
}
