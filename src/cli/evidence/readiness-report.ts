/** `readiness.md` of a package: the verdict, scores with evidence, blockers, facts with ages, and who answered. Pure. */
import { AXES } from '../../shared/contracts/card.ts'
import type { FlipStep } from '../../shared/contracts/flip.ts'
import { outsideFlip } from '../../shared/incident/outside-flip.ts'
import type { StoredIncident } from '../../shared/ledger/stored-incident.ts'
import type { FactsAt } from '../../shared/policy/facts-at.ts'
import { between, span } from '../show/page.ts'
import { answersTable } from './answers.ts'
import { dryRunOf, factsOf, readinessOf } from './decided.ts'
import { code, mdSection, mdTable, plain } from './markdown.ts'

const scores = (stored: StoredIncident): string[] => {
  const decided = readinessOf(stored)
  if (!decided) return ['Readiness decided nothing.']
  const { score, threshold, mode } = decided.output.readiness
  const card = decided.known.policy?.card
  if (!card) return ['There was no policy to take scores from.']
  const lines = AXES.map((axis) => {
    const scored = card.scores[axis]
    if (!scored) return [axis, '-', '', '', '', 'nobody has scored it: counts as 0']
    const { as_of } = scored
    return [
      axis,
      String(scored.score),
      plain(scored.evidence.join(', ') || 'none named'),
      ...(as_of === undefined ? ['not stated', ''] : [as_of, between(as_of, decided.head.now)]),
      plain(scored.reduction ?? ''),
    ]
  })
  return [
    ...mdTable(['category', 'score', 'evidence', 'scored at', 'age at the decision', 'reduced because'], lines),
    '',
    `Total ${score} of 25, threshold ${threshold}, mode ${code(mode)}.`,
  ]
}

const blockers = ({ incident: { verdict } }: StoredIncident): string[] => {
  const held = verdict?.blockers ?? []
  if (held.length === 0) return ['None.']
  return mdTable(
    ['blocker', 'values'],
    held.map(({ code: name, message }) => [code(name), plain(message)]),
  )
}

const flipLines = (flip: readonly FlipStep[]): string[] =>
  flip.map(({ change, text }) => `- ${change === 'none' ? 'Stands in the way: ' : ''}${plain(text)}`)

const facts = ({ facts: known, unknown }: FactsAt, at: string): string[] => {
  const stated = Object.entries(known).map(([name, { value, source, as_of, max_age }]) => [
    ...[code(name), plain(JSON.stringify(value)), plain(source), as_of, between(as_of, at)],
    max_age === undefined ? '' : span(max_age),
  ])
  const missing = Object.entries(unknown).map(([name, why]) => [code(name), `unknown: ${plain(why)}`, '', '', '', ''])
  const lines = [...stated, ...missing]
  return lines.length === 0
    ? ['Nothing was known of the target.']
    : mdTable(['fact', 'value', 'from', 'known at', 'age at the decision', 'counts for'], lines)
}

const dryRun = (stored: StoredIncident): string[] => {
  const decided = dryRunOf(stored)
  if (!decided) return []
  const { action, outcome, preconditions, plan_digest } = decided.output
  const met = preconditions.map(({ condition, met, message }) => [
    code(condition),
    met ? 'met' : plain(message ?? 'not met'),
  ])
  return [
    `Action ${code(action ?? 'none')}: ${outcome}.`,
    ...(met.length === 0 ? [] : ['', ...mdTable(['condition', 'found'], met)]),
    ...(plan_digest === null ? [] : ['', `\`plan.json\` is the plan; its sha256 is its digest, ${code(plan_digest)}.`]),
  ]
}

const policies = ({ decisions }: StoredIncident, notes: readonly string[]): string[] => [
  ...mdTable(
    ['decision', 'at', 'rules', 'policy digest'],
    Object.entries(decisions).map(([stage, decision]) => [
      ...[stage, decision?.head.now ?? '', decision?.head.rules_version ?? '', decision?.head.policy_digest ?? 'none'],
    ]),
  ),
  ...notes.flatMap((note) => ['', `Note: ${plain(note)}.`]),
]

/** `notes` say where the policy is not here as files. */
export const readinessReport = (stored: StoredIncident, notes: readonly string[]): string => {
  const { incident } = stored
  const { verdict } = incident
  const [ready, tried] = [readinessOf(stored), dryRunOf(stored)]
  const last = tried ?? ready
  const flip = [
    ...outsideFlip(incident, stored.trace),
    ...(ready?.output.readiness.flip ?? []),
    ...(tried?.output.flip ?? []),
  ]
  return [
    `# ${incident.incident_id}: ${verdict?.verdict ?? incident.status}`,
    '',
    `Class ${code(incident.incident_class)}, accepted at ${incident.accepted_at}; verdict ${code(verdict?.verdict ?? 'none')} by ${verdict?.stage} at ${verdict?.at}.`,
    `Audit records: ${incident.records}, the last one ${code(incident.head)}.`,
    ...mdSection('Scores', scores(stored)),
    ...mdSection('Blockers', blockers(stored)),
    ...mdSection('What would flip it', flipLines(flip)),
    ...(last ? mdSection('Facts', facts(factsOf(last), last.head.now)) : []),
    ...mdSection('Dry-run', dryRun(stored)),
    ...mdSection('People', answersTable(stored.trace)),
    ...mdSection('Decided by', policies(stored, notes)),
    '',
  ].join('\n')
}
