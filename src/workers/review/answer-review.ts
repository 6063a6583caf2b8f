/**
 * Takes a person's answer to an incident that waits. What was shown is decided anew first: an approval holds only while
 * plan, facts and policy are as they were, and takes effect in one step that looks for stops and for other writers.
 */
import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { AuditRecord } from '../../shared/contracts/audit-record.ts'
import type { DryRunResult } from '../../shared/contracts/dry-run-result.ts'
import type { Incident } from '../../shared/contracts/incident.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import type { Ready } from '../../shared/contracts/ready.ts'
import {
  isWaiting,
  type Reviewed,
  type ReviewRefusal,
  type Run,
  type SignedReview,
} from '../../shared/contracts/review.ts'
import { crashPoint } from '../../shared/crash-point.ts'
import { stopScopes } from '../../shared/incident/stop-scopes.ts'
import type { IncidentLedger } from '../../shared/ledger/incident-ledger.ts'
import { putBack } from '../../shared/ledger/ledger-upkeep.ts'
import { sharesOf } from '../../shared/policy/shares.ts'
import { spentBlockers } from '../blockers/spent-budgets.ts'
import { askFacts } from '../facts/ask-facts.ts'
import type { Prometheus } from '../facts/prometheus.ts'
import type { Snapshot } from '../stage.ts'
import { expireChange, expiresAt } from './expire-review.ts'
import { type LookedAgain, lookAgain, planOf } from './look-again.ts'
import { type Answer, reviewChange } from './review-change.ts'
import { whatChanged } from './what-changed.ts'

export interface ReviewSettings {
  redis: Redis
  ledger: IncidentLedger
  queues: Readonly<Record<'readiness' | 'dry-run', Queue>>
  policies(): PolicySet
  /** RFC 3339 with milliseconds. */
  now(): string
  /** Absent while PROMETHEUS_URL is not set: what the policy asks is then unknown, and no approval holds. */
  prometheus?: Prometheus
}

interface Asked {
  incident: Incident
  trace: AuditRecord[]
  order: SignedReview
  at: string
  /** How long it has waited, in ms by Redis' clock; 0 for what does not wait. */
  waited: number
}

/** What is shown to the person: the dry-run's plan, and none while a semi-manual incident has had no dry-run. */
export const shownPlan = ({ status, decisions }: Incident): Pick<DryRunResult, 'plan' | 'plan_digest'> => {
  const output = status === 'awaiting_review' ? (decisions['dry-run']?.output as DryRunResult | undefined) : undefined
  return output ?? { plan: null, plan_digest: null }
}

const refused = ({ incident }: Asked, code: ReviewRefusal, reasons: string[], again?: LookedAgain): Reviewed => {
  const { incident_id, status } = incident
  const { plan, plan_digest } = again ? planOf(again) : shownPlan(incident)
  return { outcome: 'refused', incident_id, code, status, reasons, plan, plan_digest }
}

/** As people tell names apart: the same letters in other cases or forms of Unicode are the same name. */
const nameOf = (who: string): string => who.normalize('NFKC').toLowerCase()

const OPERATOR = /^operator:/

/** Who had it taken up, as far as the trace knows: sources have no identity; a person redrives, or takes out of quarantine. */
const triggeredBy = (trace: readonly AuditRecord[]): Set<string> =>
  new Set(trace.flatMap(({ actor }) => (OPERATOR.test(actor) ? [nameOf(actor.replace(OPERATOR, ''))] : [])))

/** Null when the order may be tried. */
const refusal = (asked: Asked, { review }: PolicySet): Reviewed | null => {
  const { incident, trace, order, waited } = asked
  if (!isWaiting(incident)) return refused(asked, 'not_waiting', [`it is ${incident.status} and waits for nobody`])
  if (waited >= review.expires_after)
    return refused(asked, 'expired', [`the time to answer was over at ${expiresAt(incident, review.expires_after)}`])
  const { plan_digest } = shownPlan(incident)
  if (order.plan_digest !== plan_digest)
    return refused(asked, 'other_plan', [
      `plan_digest is ${order.plan_digest ?? 'none'}, and the plan that is asked about has ${plan_digest ?? 'none'}`,
    ])
  if (order.decision === 'approve' && review.four_eyes && triggeredBy(trace).has(nameOf(order.by)))
    return refused(asked, 'own_run', [
      `${order.by} had this run taken up: by policy (four_eyes) somebody else approves`,
    ])
  return null
}

const answerOf = ({ incident, order, at }: Asked, rest: Pick<Answer, 'event' | 'after'>): Answer => ({
  ...rest,
  at,
  actor: `reviewer:${order.by}`,
  said: { reason: order.reason, via: order.via, plan_digest: shownPlan(incident).plan_digest },
  policy_digest: null,
})

/** The run that an approval confirms for the next time; null where the policy does not ask for a first run. */
const confirmedRun = ({ incident }: Asked, again: LookedAgain): Run | null => {
  const { needs_review, event, action } = again.readiness.decided.result.output as Ready
  const run_digest = again.dryRun?.known.run_digest
  if (!needs_review || action === null || typeof run_digest !== 'string') return null
  return { service: event.service, incident_class: incident.incident_class, action, run_digest }
}

/** Null when somebody else wrote to the incident meanwhile. */
const approve = async (settings: ReviewSettings, asked: Asked): Promise<Reviewed | null> => {
  const { redis, ledger, queues, policies, now, prometheus } = settings
  const { incident, trace } = asked
  const { incident_id } = incident
  const set = policies()
  const snapshot: Snapshot = { incident, trace, policies: set, confirmed: ledger.runs.isConfirmed }
  const asking = askFacts(snapshot, prometheus, asked.at)
  if (asking) snapshot.answers = await asking
  // What was true when it was asked may be too old by now.
  const again = await lookAgain(snapshot, asking ? now() : asked.at)
  const changed = whatChanged(incident, trace, again)
  const answer = {
    ...answerOf(asked, { event: 'review_approved', after: 'dry_run_passed' }),
    policy_digest: set.digest,
  }
  const voidIt = async (changed: string[]): Promise<Reviewed | null> => {
    const said = { ...answer.said, changed }
    const change = reviewChange(incident, { ...answer, event: 'review_voided', after: 'readiness', said })
    const done = await putBack(redis, ledger.keys, queues.readiness, change)
    return done ? refused(asked, 'changed', changed, again) : null
  }
  if (changed.length > 0) return voidIt(changed)
  const { plan_digest } = shownPlan(incident)
  const approved = { outcome: 'approved', incident_id, plan_digest } as const
  if (incident.status === 'semi_manual') {
    const done = await putBack(
      redis,
      ledger.keys,
      queues['dry-run'],
      reviewChange(incident, { ...answer, after: 'dry-run' }),
    )
    return done ? { ...approved, status: 'dry-run' } : null
  }
  const { action } = again.readiness.decided.result.output as Ready
  crashPoint('review:before')
  const reply = await ledger.reviews.approve(
    reviewChange(incident, answer),
    stopScopes(incident, action),
    confirmedRun(asked, again),
    sharesOf(set, incident.incident_class, incident.event),
  )
  crashPoint('review:after')
  if (reply === 'changed') return null
  if (typeof reply === 'object' && 'spent' in reply)
    return voidIt(spentBlockers(reply.spent).map(({ code, message }) => `${code}: ${message}`))
  if (reply !== 'done')
    return refused(asked, 'stopped', [
      `an emergency stop of ${reply.stop} is in force: lift it with "interlock resume"`,
    ])
  return { ...approved, status: 'dry_run_passed' }
}

const deny = async ({ ledger }: ReviewSettings, asked: Asked): Promise<Reviewed | null> => {
  const change = reviewChange(asked.incident, answerOf(asked, { event: 'review_denied', after: 'rejected' }))
  const { incident_id } = asked.incident
  crashPoint('review:before')
  const done = await ledger.apply(change, null)
  crashPoint('review:after')
  return done ? { outcome: 'denied', incident_id, status: 'rejected' } : null
}

const TRIES = 10

/** Once, however many answer at the same time. Throws when others write to it at every try, and when Redis does not answer. */
export const answerReview = async (settings: ReviewSettings, id: string, order: SignedReview): Promise<Reviewed> => {
  const { ledger, policies, now } = settings
  for (let tries = 0; tries < TRIES; tries++) {
    const read = await ledger.read(id)
    if (!read) return { outcome: 'unknown', incident_id: id }
    const waited = isWaiting(read.incident) ? await ledger.reviews.waitedFor(id) : 0
    // It was answered between the two reads.
    if (waited === null) continue
    const asked: Asked = { ...read, order, at: now(), waited }
    const no = refusal(asked, policies())
    if (no?.outcome === 'refused' && no.code === 'expired')
      await ledger.apply(expireChange(read.incident, asked.at, `reviewer:${order.by}`), null)
    if (no) return no
    const done = await (order.decision === 'deny' ? deny : approve)(settings, asked)
    if (done) return done
  }
  throw new Error(`incident ${id} is written to by too many at once: try again`)
}
