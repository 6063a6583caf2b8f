/** One incident for a person: what happened, on whose word, what was decided and why. Pure. */
import type { z } from 'zod'
import type { ChainCheck } from '../../shared/audit/verify-chain.ts'
import { DryRunResult } from '../../shared/contracts/dry-run-result.ts'
import type { FlipStep } from '../../shared/contracts/flip.ts'
import type { Incident, RecordedDecision, Verdict, VerdictName } from '../../shared/contracts/incident.ts'
import { Ready } from '../../shared/contracts/ready.ts'
import { decisionEvidence } from '../../shared/incident/decision-evidence.ts'
import { colourVerdict } from '../colours.ts'
import { rows, wrap } from '../wrap.ts'
import { between, type Page, section } from './page.ts'
import { renderDryRun } from './render-dry-run.ts'
import { renderFlip } from './render-flip.ts'
import { renderFacts, renderReadiness } from './render-readiness.ts'

const MEANINGS: Readonly<Record<VerdictName, string>> = {
  dry_run_passed: 'All guards hold and the plan is ready. An executor outside Interlock may carry it out.',
  awaiting_review: 'All guards hold, but a person must confirm the plan first.',
  semi_manual: 'Only the score is short, and not by much: on-call goes on step by step.',
  blocked: 'Automation must not go on; the blockers say why.',
  closed: 'Its sources say that it is over.',
  rejected: 'The reviewer said no.',
  expired: 'Nobody answered the review in time.',
  dead_lettered: 'The pipeline itself failed on it; the trace has the reason.',
}

const meaningOf = ({ verdict, attached_to }: Verdict) =>
  attached_to ? `It turned out to be part of ${attached_to}.` : MEANINGS[verdict]

const header = (incident: Incident, { intact, problem }: ChainCheck, { width, colours }: Page): string[] => {
  const { incident_id, incident_class, status, accepted_at, verdict, duplicates, records } = incident
  const ended = verdict
    ? `verdict at ${verdict.at} (${between(accepted_at, verdict.at)} later, stage ${verdict.stage})`
    : `no verdict yet: it is in ${status}`
  const chain = intact ? 'chain intact' : `CHAIN BROKEN: ${problem}`
  return [
    `${colours.bold(incident_id)}  ${colourVerdict(status, colours)}`,
    ...(verdict ? wrap(meaningOf(verdict), width) : []),
    ...wrap(`Class ${incident_class}, accepted at ${accepted_at}, ${ended}.`, width),
    ...wrap(`Duplicates: ${duplicates}, besides those the door knew by their bytes.`, width),
    ...wrap(`Audit records: ${records}, ${chain}.`, width).map((line) => (intact ? line : colours.red(line))),
  ]
}

const renderEvent = ({ event }: Incident, page: Page): string[] => {
  if (!event) return section('EVENT', ['  not normalized yet'], page)
  const { service, namespace, pod, severity, window_minutes, metric_context } = event
  const metrics = Object.entries(metric_context).map(([name, value]) => ({ name, text: String(value) }))
  const target = Object.entries({ service, namespace, pod }).map(([name, text]) => ({
    name,
    text: text || 'not known',
  }))
  const window = window_minutes > 0 ? `${window_minutes} min` : 'not stated'
  const rest = [{ name: 'severity', text: severity }, { name: 'window', text: window }, ...metrics]
  return section('EVENT', rows([...target, ...rest], page.width), page)
}

const renderSources = ({ sightings }: Incident, page: Page): string[] =>
  section(
    'SOURCES',
    rows(
      sightings.flatMap(({ source, status, severity, severity_inferred, starts_at, ends_at, source_ref, delivery }) => [
        {
          name: source,
          text: [
            `${status}, ${severity}${severity_inferred ? ' (assumed)' : ''}`,
            starts_at && `since ${starts_at}`,
            ends_at && `until ${ends_at}`,
            `received ${delivery.received_at}`,
          ]
            .filter(Boolean)
            .join(', '),
        },
        ...(source_ref ? [{ name: '', text: source_ref, paint: page.colours.cyan }] : []),
      ]),
      page.width,
    ),
    page,
  )

const renderBlockers = ({ verdict }: Incident, page: Page): string[] =>
  section(
    'BLOCKERS',
    (verdict?.blockers ?? []).flatMap(({ code, message }) => [
      `  ${page.colours.red(code)}`,
      ...wrap(message, page.width - 4).map((line) => `    ${line}`),
    ]),
    page,
  )

/** A decision that was recorded by another version may not read as ours; the rest of the incident is still shown. */
const decided = <Schema extends z.ZodType>(
  schema: Schema,
  { output }: RecordedDecision,
  title: string,
  page: Page,
  render: (output: z.infer<Schema>) => string[],
): string[] => {
  const parsed = schema.safeParse(output)
  if (parsed.success) return render(parsed.data)
  return section(
    title,
    wrap(UNREADABLE, page.width - 2).map((line) => `  ${line}`),
    page,
  )
}
const UNREADABLE = 'recorded in a form that this version does not read: see --json'

const renderDecisions = ({ readiness, 'dry-run': dryRun }: Incident['decisions'], page: Page): string[] => {
  const last = dryRun ?? readiness
  return [
    ...(readiness
      ? decided(Ready, readiness, 'READINESS', page, (ready) =>
          renderReadiness(ready.readiness, decisionEvidence(readiness).scores, readiness.now, page),
        )
      : []),
    // Dry-run looks again: what the last decision saw is what counts.
    ...(last ? renderFacts(decisionEvidence(last), last.now, page) : []),
    ...(dryRun ? decided(DryRunResult, dryRun, 'DRY-RUN', page, (result) => renderDryRun(result, page)) : []),
  ]
}

/** What is found in the trace beside the incident itself. */
interface Traced {
  chain: ChainCheck
  /** What no stage decided. */
  flip: readonly FlipStep[]
}

export const renderIncident = (incident: Incident, { chain, flip }: Traced, page: Page): string =>
  [
    ...header(incident, chain, page),
    ...renderBlockers(incident, page),
    ...renderFlip(flip, page),
    ...renderEvent(incident, page),
    ...renderSources(incident, page),
    ...renderDecisions(incident.decisions, page),
  ].join('\n')
