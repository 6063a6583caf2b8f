/** What reproduces a decision on the command line: the card, its thresholds and the facts as files, and the commands. Pure. */
import type { IncidentCard } from '../../shared/contracts/card.ts'
import type { StoredIncident } from '../../shared/ledger/stored-incident.ts'
import { neededFacts } from '../../workers/stages/needed-facts.ts'
import { dryRunOf, factsOf, readinessOf } from './decided.ts'
import { jsonText } from './packed-incident.ts'

export interface Reproduction {
  files: [string, string][]
  /** Each as its arguments; they run in the package, with nothing from outside it. */
  commands: { args: string[]; shows: string }[]
}

const whole = <Value>(value: Value | null): Value | undefined => value ?? undefined

const readinessFiles = (stored: StoredIncident): [string, string][] => {
  const decided = readinessOf(stored)
  if (!decided?.known.policy) return []
  const { policy, audit, asks } = decided.known
  const needed = neededFacts(decided.output.event, asks, factsOf(decided))
  const { scores, ...checks } = policy.card
  const card: IncidentCard = {
    incident_id: stored.incident.incident_id,
    stateful: whole(needed.stateful),
    scores: Object.fromEntries(
      Object.entries(scores).map(([axis, { reduction, ...scored }]) => [
        axis,
        { ...scored, reduction: whole(reduction) },
      ]),
    ),
    checks: {
      audit_trace_coverage: audit.coverage,
      backup_verified: policy.backup_verified === false ? false : whole(needed.backup_verified),
      rollback_condition_present: whole(checks.rollback_condition_present),
      blast_radius_known: whole(checks.blast_radius_known),
      radius_of_impact: whole(checks.radius_of_impact),
      dry_run_verified: whole(checks.dry_run_verified),
      human_review_for_first_run: policy.human_review_for_first_run,
    },
    pre_approved_action: policy.action,
  }
  return [
    ['card/readiness.json', jsonText(card)],
    ['card/settings.yaml', jsonText({ profiles: { recorded: policy.profile } })],
  ]
}

/** `spec`: the path of the specify.md in the package, where it is there. */
export const reproductionOf = (stored: StoredIncident, spec: string | null): Reproduction => {
  const card = readinessFiles(stored)
  const tried = dryRunOf(stored)
  const action = tried?.output.action
  const facts = Object.entries(tried ? factsOf(tried).facts : {}).map(([name, { value }]) => [name, value])
  const retried = spec !== null && action ? { spec, action } : null
  return {
    files: [...card, ...(retried ? [['facts.json', jsonText(Object.fromEntries(facts))] as [string, string]] : [])],
    commands: [
      { args: ['audit', 'verify', '--file', 'trace.jsonl'], shows: 'The chain of the audit trace is whole.' },
      ...(card.length === 0
        ? []
        : [
            {
              args: [
                'readiness',
                '--readiness',
                'card/readiness.json',
                '--profile',
                'recorded',
                '--policy-dir',
                'card',
              ],
              shows: 'The card alone, with the facts there were. Sources, conflicts, freezes are not part of a card.',
            },
          ]),
      ...(retried
        ? [
            {
              args: ['dry-run', '--spec', retried.spec, '--action', retried.action, '--context-file', 'facts.json'],
              shows: 'The action against the specify.md and the facts there were, without the target.',
            },
          ]
        : []),
    ],
  }
}
