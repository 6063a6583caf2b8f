/** The pipeline: which stage follows which. Neighbours whose output and input do not fit fail to compile. */
import type { StageName } from '../shared/contracts/audit-record.ts'
import type { Stage } from './stage.ts'
import { dryRun } from './stages/dry-run.ts'
import { normalize } from './stages/normalize.ts'
import { readiness } from './stages/readiness.ts'

type Known = { policy_digest: string | null }
// biome-ignore lint/suspicious/noExplicitAny: a list of stages of different types; `then` has checked the neighbours.
export type AnyStage = Stage<StageName, any, any, any>

class Chain<Output> {
  readonly stages: readonly AnyStage[]
  constructor(stages: readonly AnyStage[]) {
    this.stages = stages
  }
  // biome-ignore lint/suspicious/noThenProperty: the pipeline reads as `startWith(a).then(b)`, and nothing awaits it.
  then<Name extends StageName, NextKnown extends Known, Next>(
    stage: Stage<Name, Output, NextKnown, Next>,
  ): Chain<Next> {
    return new Chain([...this.stages, stage])
  }
}

const startWith = <Name extends StageName, Input, FirstKnown extends Known, Output>(
  stage: Stage<Name, Input, FirstKnown, Output>,
) => new Chain<Output>([stage])

export const PIPELINE = startWith(normalize).then(readiness).then(dryRun).stages

const neighbour = (name: StageName, distance: 1 | -1): StageName | null =>
  PIPELINE[PIPELINE.findIndex((stage) => stage.name === name) + distance]?.name ?? null

/** The stage an incident goes to after this one; null after the last. */
export const stageAfter = (name: StageName): StageName | null => neighbour(name, 1)

/** The stage whose output this one starts from; null before the first. */
export const stageBefore = (name: StageName): StageName | null => neighbour(name, -1)
