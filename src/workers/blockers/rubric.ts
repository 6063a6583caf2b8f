/** What each score of a category takes, in short: the words in which a person is told to raise one. */
import type { Axis } from '../../shared/contracts/card.ts'

/** By score, from 0. */
const RUBRIC: Readonly<Record<Axis, readonly string[]>> = {
  spec: [
    'nothing yet',
    'the symptom is described',
    'two of WHY, WHAT and constraints are there',
    'WHY is there, WHAT and constraints in part',
    'at most one plan item implements no requirement',
    'WHY, WHAT, constraints, acceptance criteria and Given/When/Then, and nothing out of scope in the plan',
  ],
  implementation: [
    'nothing yet',
    'it is recorded what is done',
    'tasks are idempotent',
    'a dry-run for some steps, the radius at least in prose',
    'at most one task changes state without a check before it',
    'every task idempotent, with a dry-run, an explicit radius and changes through GitOps',
  ],
  verification: [
    'nothing yet',
    'an exit code or a screenshot',
    'Given/When/Then',
    'metrics afterwards in one window',
    'a stress spec for at least one class',
    'Given/When/Then for both paths, schemas on inputs and outputs, a stress spec, metrics in two windows',
  ],
  process: [
    'nothing yet',
    'a record, if only in chat',
    'the order can be recovered from timestamps',
    'webhook and command are tied by the incident_id',
    'a replay needs at most one variable set by hand',
    'every step tied by the incident_id, the log reproducible, and a replay gives the same diff',
  ],
  security: [
    'nothing yet',
    'a rollback is described',
    'a rollback that can be run',
    'rollback and guardrails',
    'an emergency stop, and escalation described in text',
    'guardrails, emergency stop, a rollback condition written before, and a formal trigger for escalation',
  ],
}

/** `score` may be a fraction: it takes what the next whole one takes. */
export const takes = (axis: Axis, score: number): string => RUBRIC[axis][Math.ceil(score)] ?? ''
