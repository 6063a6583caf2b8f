/** Looks at every audit chain, a slice a round, and keeps in Redis how far it has come and what it found. */
import type { Redis } from 'ioredis'
import { verifyTraces } from '../shared/audit/verify-traces.ts'
import type { IncidentLedger } from '../shared/ledger/incident-ledger.ts'
import { readTraces } from '../shared/ledger/stored-traces.ts'
import type { Log } from '../shared/telemetry/log.ts'

/** Of a round: less than two per cent of one worker's time. Some thousand chains fit in. */
const ROUND_MS = 1000
const AT_ONCE = 100

const cursorIn = ({ cursor_at, cursor_id }: Record<string, string>) =>
  cursor_at === undefined || cursor_id === undefined ? null : { at: Number(cursor_at), id: cursor_id }

/** Returns how many chains it found broken on this page. */
const look = async (redis: Redis, ledger: IncidentLedger, ids: readonly string[], log: Log): Promise<number> => {
  const { broken } = await verifyTraces(readTraces(redis, ledger, ids))
  for (const { incident_id, record, problem } of broken)
    log.event('audit_chain_broken', { incident_id: incident_id ?? undefined, record, problem })
  return new Set(broken.map(({ incident_id }) => incident_id)).size
}

/**
 * Newest first; what comes meanwhile is for the next time round. Two rounds at once would look at the same chains, no more.
 * Rejects when Redis does not answer: the next round goes on from the last page.
 */
export const verifyChains = async (
  redis: Redis,
  ledger: IncidentLedger,
  log: Log,
  roundMs = ROUND_MS,
): Promise<void> => {
  const { chains } = ledger.keys
  const state = await redis.hgetall(chains)
  let [after, broken] = [cursorIn(state), Number(state.broken_so_far ?? 0)]
  const until = performance.now() + roundMs
  do {
    const page = await ledger.idsAfter(after, AT_ONCE)
    const last = page.at(-1)
    if (last === undefined) {
      await redis.multi().del(chains).hset(chains, { verified_at: Date.now(), broken }).exec()
      return
    }
    broken += await look(
      redis,
      ledger,
      page.map(({ id }) => id),
      log,
    )
    await redis.hset(chains, { cursor_at: last.at, cursor_id: last.id, broken_so_far: broken })
    after = last
  } while (performance.now() < until)
}
