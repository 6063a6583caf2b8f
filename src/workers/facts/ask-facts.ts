/** Asks what the policy of an incident asks of Prometheus, all at once; and nothing at all where it asks nothing. */
import type { IncidentEvent } from '../../shared/contracts/incident-event.ts'
import type { Answer, Answers, Asks } from '../../shared/contracts/live-facts.ts'
import { findClassPolicy } from '../../shared/policy/class-policy.ts'
import { queryFor } from '../../shared/policy/promql.ts'
import type { Snapshot } from '../stage.ts'
import type { Prometheus } from './prometheus.ts'

const NOT_SET: Answer = {
  problem: 'PROMETHEUS_URL is not set: set it for workers, API and reviewers to the Prometheus that knows',
}

const askAll = async (asks: Asks, event: IncidentEvent, prometheus: Prometheus | undefined, at: string) => {
  const answered = Object.entries(asks).map(async ([name, ask]): Promise<[string, Answers[string]]> => {
    const { query, problem } = queryFor(ask, event)
    if (problem !== null) return [name, { query: null, answer: { problem } }]
    return [name, { query, answer: prometheus ? await prometheus.ask(query, at) : NOT_SET }]
  })
  return Object.fromEntries(await Promise.all(answered))
}

/** Null where there is nothing to wait for. `at` is when the decision is taken. */
export const askFacts = (
  { incident, policies }: Snapshot,
  prometheus: Prometheus | undefined,
  at: string,
): Promise<Answers> | null => {
  const { event, incident_class, status } = incident
  // Normalize looks at no facts.
  if (event === null || status === 'normalize') return null
  const asks = findClassPolicy(policies, incident_class).policy?.card.facts
  for (const _ in asks) return askAll(asks, event, prometheus, at)
  return null
}
