/** `interlock review list`: what waits for a person, longest waiting first, with the plan that is asked about. */
import { Command } from 'commander'
import type { Incident } from '../../shared/contracts/incident.ts'
import { isWaiting } from '../../shared/contracts/review.ts'
import { onlyUnreadable } from '../../shared/ledger/incident-unreadable.ts'
import { loadPolicyFolder } from '../../shared/policy/policy-folder.ts'
import { shownPlan } from '../../workers/review/answer-review.ts'
import { expiresAt } from '../../workers/review/expire-review.ts'
import { type Answer, answerError, printAnswer } from '../answer.ts'
import { table } from '../table.ts'
import { withLedger } from '../with-ledger.ts'

/** More than a person answers in one sitting. */
const MOST = 200

const rowOf = (incident: Incident, expiresAfter: number) => {
  const { plan, plan_digest } = shownPlan(incident)
  return {
    incident_id: incident.incident_id,
    incident_class: incident.incident_class,
    service: incident.event?.service ?? '',
    status: incident.status,
    asked_at: incident.verdict?.at ?? null,
    expires_at: expiresAt(incident, expiresAfter),
    plan,
    plan_digest,
  }
}

const described = ({ plan }: ReturnType<typeof rowOf>): string => {
  if (!plan) return 'let the dry-run go on'
  const { verb, resource } = plan.change
  return `${plan.action}: ${verb} ${resource.kind} ${resource.namespace}/${resource.name}`
}

const list = async (): Promise<Answer> => {
  const { incidents, waiting, expiresAfter } = await withLedger(async ({ ledger, config }) => {
    const { review } = await loadPolicyFolder(config.POLICY_DIR)
    const [ids, waiting] = [await ledger.reviews.waiting(MOST), await ledger.reviews.count()]
    const read = await Promise.all(ids.map((id) => ledger.read(id).catch(onlyUnreadable)))
    return { incidents: read.flatMap((one) => one?.incident ?? []), waiting, expiresAfter: review.expires_after }
  })
  const rows = incidents.filter(isWaiting).map((incident) => rowOf(incident, expiresAfter))
  const out =
    rows.length === 0
      ? 'nothing waits for a person'
      : table(
          ['INCIDENT', 'SERVICE', 'STATUS', 'ASKED', 'EXPIRES', 'TO APPROVE', 'PLAN DIGEST'],
          rows.map((row) => [
            row.incident_id,
            row.service,
            row.status,
            row.asked_at ?? '',
            row.expires_at,
            described(row),
            row.plan_digest?.slice(0, 12) ?? '-',
          ]),
        )
  const more = waiting > rows.length ? `\n${waiting} wait in all; the ${rows.length} longest waiting are listed` : ''
  return { exit: 0, json: { waiting, reviews: rows }, out: out + more }
}

export const listCommand = new Command('list')
  .description('what waits for a person, longest waiting first')
  .option('--json', 'print one JSON document, with the plans')
  .addHelpText('after', '\nExamples:\n  $ interlock review list\n  $ interlock review list --json')
  .action(async (options: { json?: boolean }) => {
    printAnswer(await list().catch(answerError), options.json === true)
  })
