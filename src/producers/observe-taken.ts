/** Counts and logs what accepting did. Runs after the write: what did not take effect is never counted. */
import { StageName } from '../shared/contracts/audit-record.ts'
import type { Log } from '../shared/telemetry/log.ts'
import type { Metrics } from '../shared/telemetry/metrics.ts'
import type { Ended, Taken } from './step.ts'

const observeEnded = ({ incident_id, from, accepted_at, verdict }: Ended, metrics: Metrics, log: Log): void => {
  const blockers = verdict.blockers.map(({ code }) => code)
  metrics.verdicts.inc({ verdict: verdict.verdict })
  for (const code of blockers) metrics.blockers.inc({ stage: verdict.stage, code }, incident_id)
  // The time to the first verdict is what was promised; a later one does not begin it anew.
  if (StageName.safeParse(from).success)
    metrics.e2eDuration.observe(
      { outcome: verdict.verdict },
      Math.max(0, (Date.parse(verdict.at) - Date.parse(accepted_at)) / 1000),
      incident_id,
    )
  if (verdict.verdict === 'closed') log.event('incident_closed', { incident_id, from })
  else log.event('verdict_voided', { incident_id, from, verdict: verdict.verdict, blockers })
}

export const observeTaken = (
  { change, also, ended, mended }: Pick<Taken, 'change' | 'also' | 'ended' | 'mended'>,
  metrics: Metrics,
  log: Log,
): void => {
  for (const { records } of [change, ...also]) for (const { event } of records) metrics.auditRecords.inc({ event })
  for (const end of ended) observeEnded(end, metrics, log)
  if (mended === null) return
  const seconds = Math.max(0, (Date.parse(mended.at) - Date.parse(mended.verdict.at)) / 1000)
  for (const { code } of mended.verdict.blockers) metrics.blockerResolution.observe({ code }, seconds)
}
