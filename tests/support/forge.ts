/** Rewrites a decision together with its whole audit chain, as somebody could who holds the store: every hash fits. */
import { sha256 } from '../../src/shared/audit/digest.ts'
import { chain, EMPTY_CHAIN } from '../../src/shared/audit/record.ts'
import type { AuditRecord, StageName } from '../../src/shared/contracts/audit-record.ts'
import type { StoredTexts } from '../../src/shared/ledger/incident-fields.ts'
import { digestsOf } from '../../src/workers/decide-stage.ts'
import { stageAfter } from '../../src/workers/pipeline.ts'
import type { Pipeline } from './api-pipeline.ts'

export const forge = async (
  { redis, ledger, stored }: Pipeline,
  id: string,
  stage: StageName,
  change: (texts: StoredTexts) => StoredTexts,
): Promise<void> => {
  const { trace, decisions } = await stored(id)
  const kept = decisions[stage]?.texts
  if (!kept) throw new Error(`${stage} has decided nothing on ${id}`)
  const texts = change(kept)
  const next = stageAfter(stage)
  const nextTexts = next && decisions[next]?.texts
  const rehashed = (record: AuditRecord): AuditRecord => {
    if (record.stage === stage) return { ...record, ...digestsOf(stage, record.input_digest, texts) }
    if (!nextTexts || record.stage !== next) return record
    return { ...record, ...digestsOf(next, sha256(texts.output), nextTexts) }
  }
  const { records, head } = chain(EMPTY_CHAIN, trace.map(rehashed))
  const lines = [texts.decision, texts.known, texts.output].join('\n')
  await redis.hset(ledger.keys.incident(id), { [`decision:${stage}`]: lines, head: head.head })
  await redis.del(ledger.keys.trace(id))
  await redis.rpush(ledger.keys.trace(id), ...records.map((record) => JSON.stringify(record)))
}
