/** The readiness blockers in the order in which they are evaluated and reported. All that hold are reported. */
import type { Blocker } from '../../shared/contracts/blocker.ts'
import type { FlipStep } from '../../shared/contracts/flip.ts'
import { auditTraceIncomplete } from './audit-trace-incomplete.ts'
import { axisMissing } from './axis-missing.ts'
import { blastRadiusBudgetExhausted } from './blast-radius-budget-exhausted.ts'
import { blastRadiusUndefined } from './blast-radius-undefined.ts'
import { changeFreeze } from './change-freeze.ts'
import { corroborationMissing } from './corroboration-missing.ts'
import type { BlockerRule, Rule } from './define-blocker.ts'
import { factUnknown } from './fact-unknown.ts'
import type { GateInput } from './gate-input.ts'
import { policyInvalid } from './policy-invalid.ts'
import { policyMissing } from './policy-missing.ts'
import { repeatIncident } from './repeat-incident.ts'
import { rollbackMissing } from './rollback-missing.ts'
import { scoreBelowThreshold } from './score-below-threshold.ts'
import { securityZero } from './security-zero.ts'
import { sourceConflict } from './source-conflict.ts'
import { statefulWithoutBackup } from './stateful-without-backup.ts'
import { verificationFailed } from './verification-failed.ts'

export const BLOCKERS: readonly BlockerRule[] = [
  auditTraceIncomplete,
  axisMissing,
  scoreBelowThreshold,
  securityZero,
  verificationFailed,
  rollbackMissing,
  blastRadiusUndefined,
  statefulWithoutBackup,
  sourceConflict,
  corroborationMissing,
  factUnknown,
  repeatIncident,
  blastRadiusBudgetExhausted,
  changeFreeze,
  policyMissing,
  policyInvalid,
]

/** A blocker that holds, with what its rule says of lifting it. */
export interface Holding {
  blocker: Blocker
  flip(): FlipStep[] | string
}

const holding = <Input>({ code, check, flip }: Rule<Input>, input: Input): Holding[] => {
  const message = check(input)
  return message === null ? [] : [{ blocker: { code, message }, flip: () => flip(input) }]
}

/** Every blocker that holds, in the order of the list. */
export const evaluate = (input: GateInput): Holding[] => {
  const judged = input.policy && { ...input, ...input.policy }
  return BLOCKERS.flatMap((rule) => {
    if (rule.judges === 'incident') return holding(rule, input)
    return judged ? holding(rule, judged) : []
  })
}
