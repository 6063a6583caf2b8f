/** What it takes to turn a correlation step into a ledger change, and what comes of it. */
import type { Sighting } from '../shared/contracts/alert.ts'
import type { IncidentStatus, Verdict } from '../shared/contracts/incident.ts'
import type { LedgerChange } from '../shared/ledger/change.ts'

/** A person has a delivery taken that was kept in quarantine: which, who and why. */
export interface TakenAgain {
  id: string
  by: string
  reason: string
}

/** Who told what, and when: `at` is RFC 3339. */
export interface Told {
  by: Sighting
  at: string
  /** It attached to this incident already, and is counted there. */
  again: boolean
  order?: TakenAgain
}

/** Where the step's incident stands in the correlation index. */
export type Place = Pick<LedgerChange, 'unchanged' | 'listed_under'>

/** What one webhook answer says of each alert. */
export type StepOutcome = 'accepted' | 'attached' | 'duplicate' | 'closed'

/** A verdict that accepting gave, for logs and metrics. */
export interface Ended {
  incident_id: string
  /** What it was before. */
  from: IncidentStatus
  accepted_at: string
  verdict: Verdict
}

export interface Taken {
  outcome: StepOutcome
  change: LedgerChange
  /** Changes of other incidents: with the first one, or not at all. */
  also: LedgerChange[]
  ended: Ended[]
  /** Its verdict, where it was blocked and is over by this (RFC 3339): no blocker holds it any longer. */
  mended: { verdict: Verdict; at: string } | null
}
