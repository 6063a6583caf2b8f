/** `interlock review approve|deny ID`: a person's answer to an incident that waits, with the plan it is about. */
import { Command } from 'commander'
import { IncidentId } from '../../shared/contracts/identifiers.ts'
import type { Plan } from '../../shared/contracts/plan.ts'
import { type Reviewed, ReviewOrder } from '../../shared/contracts/review.ts'
import { loadPolicyFolder } from '../../shared/policy/policy-folder.ts'
import { createMetrics } from '../../shared/telemetry/metrics.ts'
import { VERSION } from '../../shared/version.ts'
import { configuredPrometheus } from '../../workers/facts/configured-prometheus.ts'
import { shownPlan } from '../../workers/review/answer-review.ts'
import { openReviewer } from '../../workers/review/open-reviewer.ts'
import { type Answer, answerError, CommandError, printAnswer } from '../answer.ts'
import { coloursFor } from '../colours.ts'
import { renderPlan } from '../show/render-dry-run.ts'
import { withLedger } from '../with-ledger.ts'

interface Options {
  by: string
  reason: string
  planDigest?: string
  json?: boolean
}

const unknown = (id: string) =>
  new CommandError('incident_unknown', `there is no incident '${id}': "interlock review list" says what waits`)

/** Throws CommandError `option_invalid`, naming every option that is wrong. */
const parseOrder = (order: unknown): ReviewOrder => {
  const parsed = ReviewOrder.safeParse(order)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `--${path.join('.').replace('_', '-')}: ${message}`)
  throw new CommandError('option_invalid', problems.join('; '))
}

const planLines = (plan: Plan | null, digest: string | null): string[] =>
  plan ? renderPlan(plan, digest, { width: process.stdout.columns || 100, colours: coloursFor(process.stdout) }) : []

const answered = (reviewed: Exclude<Reviewed, { outcome: 'unknown' }>, plan: Plan | null): Answer => {
  const line = `incident=${reviewed.incident_id} status=${reviewed.status}`
  if (reviewed.outcome === 'refused') {
    const asked = reviewed.code === 'changed' ? ['  it is decided anew, and asked again where it still may go on'] : []
    const err = [`BLOCK ${line}`, ...reviewed.reasons.map((reason) => `  - ${reviewed.code}: ${reason}`), ...asked]
    if (reviewed.code === 'changed') err.push(...planLines(reviewed.plan, reviewed.plan_digest))
    return { exit: 1, json: reviewed, err: err.join('\n') }
  }
  if (reviewed.outcome === 'denied') return { exit: 0, json: reviewed, out: `DENIED ${line}` }
  const shown = planLines(plan, reviewed.plan_digest)
  return { exit: 0, json: { ...reviewed, plan }, out: [`APPROVED ${line}`, ...shown].join('\n') }
}

const answer = async (decision: ReviewOrder['decision'], id: string, options: Options): Promise<Answer> => {
  if (!IncidentId.safeParse(id).success)
    throw new CommandError('incident_id_invalid', `'${id}' is not an incident id: they look like HM-2026-05-17-01`)
  const { by, reason, planDigest } = options
  const order = parseOrder({ decision, by, reason, plan_digest: planDigest ?? null })
  return withLedger(async ({ ledger, redis, config }) => {
    const policies = await loadPolicyFolder(config.POLICY_DIR)
    const read = await ledger.read(id)
    if (!read) throw unknown(id)
    const { plan, plan_digest } = shownPlan(read.incident)
    const reviewer = openReviewer(
      redis,
      config.QUEUE_PREFIX,
      () => policies,
      configuredPrometheus(config, createMetrics(VERSION)),
    )
    try {
      const reviewed = await reviewer.answer(id, {
        ...order,
        via: 'command_line',
        plan_digest: planDigest ?? plan_digest,
      })
      if (reviewed.outcome === 'unknown') throw unknown(id)
      return answered(reviewed, plan)
    } finally {
      await reviewer.close()
    }
  })
}

const DOES = {
  approve: 'let an incident that waits go on, with the plan as it is shown',
  deny: 'end an incident that waits: rejected, and nobody acts on it',
}

export const answerCommand = (decision: ReviewOrder['decision']): Command =>
  new Command(decision)
    .description(DOES[decision])
    .argument('<id>', 'an incident id')
    .requiredOption('--by <who>', 'who decides')
    .requiredOption('--reason <why>', 'why')
    .option('--plan-digest <digest>', 'only if this is still the plan; without it, the one that is printed')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
An approval holds only while plan, facts and policy are as they were shown (POLICY_DIR and PROMETHEUS_URL must be those of
the workers). Otherwise it is void, the incident is decided anew, and asked about again. Of a semi-manual incident the first
approval lets the dry-run go on, the second one releases its plan.

Exit codes: 0 taken, 1 refused, with the reasons, 2 no such incident or wrong usage.

Examples:
  $ interlock review ${decision} HM-2026-05-17-01 --by anna --reason "looked at the graphs"
  $ interlock show HM-2026-05-17-01`,
    )
    .action(async (id: string, options: Options) => {
      printAnswer(await answer(decision, id, options).catch(answerError), options.json === true)
    })
