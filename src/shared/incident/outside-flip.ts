/** What would flip what no stage decided: a verdict that a late source voided, and a decision that a stop holds back. Pure. */
import { z } from 'zod'
import type { AuditRecord } from '../contracts/audit-record.ts'
import { type FlipStep, standsInTheWay } from '../contracts/flip.ts'
import type { Incident } from '../contracts/incident.ts'
import { settleConflicts } from '../contracts/normalized.ts'
import { Stop } from '../contracts/stop.ts'

const Engaged = Stop.extend({ scope: z.string() })

/** The stop that its trace names last, where nothing came after it. */
const holding = (trace: readonly AuditRecord[]): FlipStep[] => {
  const last = trace.at(-1)
  const engaged = Engaged.safeParse(
    last?.event === 'kill_switch_blocked' && last.decision_diff.kill_switch_engaged?.[1],
  )
  if (!engaged.success) return []
  const { scope, by, reason, at } = engaged.data
  const text = `${by} stopped ${scope} at ${at} (${reason}): "interlock resume --scope ${scope}" lets it go on when that is over`
  return [standsInTheWay('kill_switch_engaged', text)]
}

/** Empty where the stages' own flips say all. */
export const outsideFlip = ({ verdict, seen }: Incident, trace: readonly AuditRecord[]): FlipStep[] => {
  if (verdict === null) return holding(trace)
  const late = verdict.stage === 'accept' && verdict.blockers.some(({ code }) => code === 'source_conflict')
  return late ? [standsInTheWay('source_conflict', settleConflicts(seen.conflicts))] : []
}
