/** Takes a delivery out of quarantine through today's adapters and mappings: what is understood now is accepted as ever. */
import type { QuarantineEntry, QuarantineOrder } from '../shared/contracts/quarantine.ts'
import { Problem } from '../shared/problem.ts'
import { readRedacted } from '../shared/sources/read-redacted.ts'
import type { Source } from '../shared/sources/source.ts'
import type { Acceptance } from './accept-alert.ts'
import { type AlertAnswer, acceptReadings } from './accept-webhook.ts'
import { sourceAt } from './source-at.ts'

/** `refused`: nothing can be made of it, whatever the mappings say. */
export type Replayed =
  | { outcome: 'unknown' }
  | { outcome: 'refused'; reason: string }
  | { outcome: 'replayed'; entry: QuarantineEntry; answers: AlertAnswer[] }

const WHY_NOT = {
  unreadable: 'its body could not be read, so that nothing of it was kept: have it sent again',
  too_large: 'it was too large to be kept: have it sent again',
} as const

const sourceOf = (address: string, { policies }: Acceptance): Source | string => {
  try {
    return sourceAt(address, policies())
  } catch (error) {
    if (error instanceof Problem) return error.message
    throw error
  }
}

const countOutcomes = (answers: readonly AlertAnswer[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { outcome } of answers) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}

/**
 * `at` (RFC 3339) is when it is taken. The entry stays, and says by whom it was taken where anything came of it. To take it
 * twice is to deliver it twice. Rejects when Redis does not answer: do it again.
 */
export const replayQuarantined = async (
  id: string,
  order: QuarantineOrder,
  at: string,
  acceptance: Acceptance,
): Promise<Replayed> => {
  const { quarantine } = acceptance.ledger
  const entry = await quarantine.read(id)
  if (!entry) return { outcome: 'unknown' }
  if (entry.kept !== 'redacted') return { outcome: 'refused', reason: WHY_NOT[entry.kept] }
  const source = sourceOf(entry.source, acceptance)
  if (typeof source === 'string') return { outcome: 'refused', reason: source }
  const { request_id, body_sha256 } = entry
  const answers = await acceptReadings(
    readRedacted(source, entry.body, entry.received_at, entry.headers),
    { request_id, received_at: at, body_sha256 },
    { ...acceptance, order: { id, ...order } },
  )
  if (answers.some(({ outcome }) => outcome !== 'rejected'))
    await quarantine.markReplayed(id, { ...order, at, outcomes: countOutcomes(answers) })
  return { outcome: 'replayed', entry, answers }
}
