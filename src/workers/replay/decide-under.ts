/**
 * What the stages would have decided under another policy folder: the same incident at the same times, with what comes
 * from the folder (cards, specs, catalogue, freezes) in the place of what was recorded. What was live then stays: the
 * clock, the state of the trace, what the sources had said.
 */
import { digest } from '../../shared/audit/digest.ts'
import type { StageName } from '../../shared/contracts/audit-record.ts'
import type { Blocker } from '../../shared/contracts/blocker.ts'
import type { Incident, VerdictName } from '../../shared/contracts/incident.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import { merge, sumUp } from '../../shared/incident/merge.ts'
import type { StoredIncident } from '../../shared/ledger/stored-incident.ts'
import { type AnyStage, PIPELINE } from '../pipeline.ts'
import { RULES_VERSION, type StageResult } from '../stage.ts'
import type { IncidentReplay } from './replay-incident.ts'
import type { ReplayedStage } from './replay-stage.ts'
import { sightingsBefore } from './sightings.ts'

/** How the stages ended an incident. */
export interface Ended {
  stage: StageName
  verdict: VerdictName
  blockers: Blocker[]
  /** sha256 of what the stage that ended it put out: with the same verdict it may still be another plan. */
  output_digest: string
}

const endedBy = (stage: AnyStage, result: StageResult<unknown>): Ended | null =>
  result.outcome === 'next'
    ? null
    : {
        stage: stage.name,
        verdict: result.verdict,
        blockers: result.blockers,
        output_digest: digest(result.output),
      }

/** The incident as it was before the record `seq` of its trace. */
const asItWas = ({ incident, trace }: StoredIncident, { history }: IncidentReplay, seq: number): Incident => {
  const sightings = sightingsBefore(history, seq)
  return {
    ...incident,
    sightings,
    seen: sumUp(sightings),
    event: merge(incident.incident_id, sightings).event,
    head: trace[seq]?.prev ?? incident.head,
    records: seq,
  }
}

/** For a stage that was never reached: what it would have found right behind the stage before it. */
const found = async (
  stage: AnyStage,
  before: ReplayedStage,
  output: unknown,
  { stored, replay, policies }: { stored: StoredIncident; replay: IncidentReplay; policies: PolicySet },
) => {
  const passed = {
    outcome: 'next' as const,
    now: before.now,
    policy_digest: policies.digest,
    terms_digest: null,
    rules_version: RULES_VERSION,
    output,
    output_digest: digest(output),
  }
  const seq = before.seq + before.decided.result.events.length
  const incident = {
    ...asItWas(stored, replay, seq),
    status: stage.name,
    decisions: { [before.stage.name]: passed },
  }
  return (await stage.load({ incident, trace: stored.trace.slice(0, seq), policies })).known
}

/** Null where the stages came to no end: closed by its sources before, still in flight, or dead-lettered. */
export const endedThen = ({ stages }: IncidentReplay): Ended | null => {
  const last = stages.at(-1)
  return last ? endedBy(last.stage, last.decided.result) : null
}

/** For an incident that `endedThen`. Null where it would have gone on behind the last stage, which no stage lets it. */
export const endUnder = async (
  policies: PolicySet,
  stored: StoredIncident,
  replay: IncidentReplay,
): Promise<Ended | null> => {
  const [first] = replay.stages
  if (!first) return null
  let [before, input] = [first, first.input]
  for (const stage of PIPELINE) {
    const recorded = replay.stages.find((replayed) => replayed.stage === stage)
    const known = recorded
      ? { ...recorded.known, ...stage.fromPolicies(policies, asItWas(stored, replay, recorded.seq)) }
      : await found(stage, before, input, { stored, replay, policies })
    before = recorded ?? before
    const result = stage.decide(input, known, before.now)
    const ended = endedBy(stage, result)
    // A person let a semi-manual incident go on.
    const letOn = ended?.verdict === 'semi_manual' && replay.stages.at(-1)?.stage !== stage
    if (ended && !letOn) return ended
    input = result.output
  }
  return null
}
