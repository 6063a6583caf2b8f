/** An incident whose decision an emergency stop forbids: its job waits, and its trace says by which stop, once for each. */
import { chain, contentDigests } from '../shared/audit/record.ts'
import type { StageName } from '../shared/contracts/audit-record.ts'
import { readStop } from '../shared/contracts/stop.ts'
import { crashPoint } from '../shared/crash-point.ts'
import { changeTo } from '../shared/ledger/change.ts'
import { toFields } from '../shared/ledger/incident-fields.ts'
import type { Hold } from '../shared/queue/hold-job.ts'
import type { StageContext, StageSummary } from './run-stage.ts'

export const hold =
  (stage: StageName, { ledger, now, actor }: StageContext): Hold =>
  async (incident_id, { met, scopes }, putOff) => {
    const { scope, text } = met
    const summary = (recorded: boolean): StageSummary => ({ incident_id, outcome: 'held', scope, recorded })
    const incident = await ledger.readRecord(incident_id)
    if (incident?.status !== stage) return { reply: 'changed', summary: summary(false) }
    const engaged = { scope, ...readStop(text) }
    const linked = chain(incident, [
      {
        at: now(),
        incident_id,
        event: 'kill_switch_blocked',
        stage,
        actor,
        ...contentDigests({ stage, scopes }, engaged),
        decision_diff: { kill_switch_engaged: [null, engaged] },
        policy_digest: null,
      },
    ])
    crashPoint('hold:before')
    const reply = await ledger.stops.hold(
      met,
      { stage, scopes: [...scopes], stop: `${scope} ${engaged.at}` },
      changeTo(incident, { records: linked.records, fields: toFields(linked.head) }),
      putOff,
    )
    crashPoint('hold:after')
    return { reply, summary: summary(reply === 'recorded') }
  }
