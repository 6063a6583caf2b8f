/** The schemas that have a name in the API's document; generated clients call their types by it. */
import { z } from 'zod'
import { AuditRecord } from '../../shared/contracts/audit-record.ts'
import { Blocker } from '../../shared/contracts/blocker.ts'
import { DryRunResult } from '../../shared/contracts/dry-run-result.ts'
import { Facts } from '../../shared/contracts/facts.ts'
import { FlipStep } from '../../shared/contracts/flip.ts'
import { Verdict } from '../../shared/contracts/incident.ts'
import { IncidentEvent } from '../../shared/contracts/incident-event.ts'
import { IncidentList, IncidentSummary, IncidentView, Trace } from '../../shared/contracts/incident-view.ts'
import { Plan } from '../../shared/contracts/plan.ts'
import { CardScores } from '../../shared/contracts/ready.ts'
import { ReviewAnswer } from '../../shared/contracts/review.ts'
import { StopsInForce, SwitchAnswer } from '../../shared/contracts/stop.ts'
import { AlertAnswer, WebhookAnswer } from '../../shared/contracts/webhook-answer.ts'

const NAMED = {
  ...{ AlertAnswer, AuditRecord, Blocker, CardScores, DryRunResult, Facts, FlipStep, IncidentEvent, IncidentList },
  ...{ IncidentSummary, IncidentView, Plan, ReviewAnswer, StopsInForce, SwitchAnswer, Trace },
  ...{ Verdict, WebhookAnswer },
}

/** Where the document's makers look for names. */
export const nameComponents = (): void => {
  for (const [id, schema] of Object.entries(NAMED))
    z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id })
}
