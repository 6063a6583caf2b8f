/** What the demo sends and what must come of it: the shape of `scenarios-*.ts`, in which there is no code. */
import type { SourceName } from '../../shared/contracts/alert.ts'
import type { BlockerCode } from '../../shared/contracts/blocker.ts'
import type { VerdictName } from '../../shared/contracts/incident.ts'
import type { ProblemCode } from '../../shared/problem.ts'
import type { Renames } from './rename-in-payload.ts'

/** What the API may say of one alert. */
export type Outcome = 'accepted' | 'attached' | 'duplicate' | 'closed' | 'ignored' | 'rejected'

export interface Delivery {
  to: SourceName
  /** A real payload, below `fixtures/`. */
  file: string
  /** Sent as it is without; else every mention of a name becomes another. */
  rename?: Renames
  /** Sent so many times at once. */
  times?: number
  /** Sent once every incident of the scenario so far has its verdict. */
  afterVerdict?: true
  /** One outcome per alert, over all `times`; or the refusal of the whole request. */
  answer: readonly Outcome[] | { status: number; code: ProblemCode }
}

/** How one incident must have ended. */
export interface Ending {
  verdict: VerdictName
  /** None when left out. */
  blockers?: readonly BlockerCode[]
  /** Those that must have been joined; the first delivery's alone when left out. */
  sources?: readonly SourceName[]
}

export interface Scenario {
  title: string
  deliveries: readonly Delivery[]
  /** One per incident, in the order in which they are first named. */
  ends: readonly Ending[]
}
