/** What a stage hands to the backend of its queue: the commit of a decision, and how to decide anew where it does not hold. */
import type { Kept } from '../audit/kept.ts'
import type { StageName } from '../contracts/audit-record.ts'
import type { Spent } from '../contracts/share.ts'
import type { Packed } from '../ledger/pack-arguments.ts'

/** What finishing a job does to the ledger, and which stage's queue gets the incident next (null at the end). */
export interface Commit {
  incident_id: string
  /** The ledger change. */
  change: Packed
  /** What the decision names by digest and is kept apart; null for none. */
  terms: Kept<object> | null
  /** Under which an emergency stop forbids it; empty for what may always be recorded. */
  scopes: readonly string[]
  /** Those of budgets that it takes or looks for, as `commit.lua` reads them; empty for none. */
  shares: string
  next: StageName | null
}

/** What a stage's processor returns. `again` decides anew when the incident changed between reading and committing. */
export class Handoff<Summary = unknown> {
  readonly first: { commit: Commit | null; summary: Summary }
  readonly again: (spent?: Spent[]) => Promise<{ commit: Commit | null; summary: Summary }>
  /** What was committed in the end. */
  summary: Summary

  constructor(first: Handoff<Summary>['first'], again: Handoff<Summary>['again']) {
    this.first = first
    this.again = again
    this.summary = first.summary
  }

  /** The job's return value: nothing, since the ledger has it all. */
  toJSON(): null {
    return null
  }
}

/** Given the job that has failed for good: the commit that dead-letters its incident, or null when it has no incident. */
export type DeadLetter = (jobData: unknown, reason: string) => Promise<Commit | null>
