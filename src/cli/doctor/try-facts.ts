/** Asks Prometheus everything the policies ask, about every service of the catalogue, and names what comes to nothing. */
import type { Answers, Asks } from '../../shared/contracts/live-facts.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import { factsAt } from '../../shared/policy/facts-at.ts'
import { queryFor, type Target } from '../../shared/policy/promql.ts'
import type { Prometheus } from '../../workers/facts/prometheus.ts'
import { type Check, failed, ok, warning } from './check.ts'

/** A catalogue may be long, and doctor is waited for. */
const MOST_TARGETS = 20

const targetsOf = ({ services }: PolicySet): Target[] =>
  Object.entries(services)
    .slice(0, MOST_TARGETS)
    .map(([service, { namespaces }]) => ({ service, namespace: namespaces[0] ?? '', pod: '' }))

/** No pod is known before an incident names one: then only whether Prometheus can read the question is looked at. */
const needsPod = ({ prometheus, as_of = '' }: Asks[string]): boolean => `${prometheus}${as_of}`.includes('$pod')

interface Tried {
  name: string
  service: string
  /** Null where it is known. */
  reason: string | null
  /** Prometheus cannot read it, whatever it is asked about. */
  refused: boolean
}

const tryOne = async (name: string, ask: Asks[string], target: Target, prometheus: Prometheus, now: string) => {
  const { query, problem } = queryFor(ask, needsPod(ask) ? { ...target, pod: `${target.service}-0` } : target)
  const answer = query ? await prometheus.ask(query, now) : { problem }
  const answers: Answers = { [name]: { query, answer } }
  const found = factsAt({ facts: {}, asks: { [name]: ask }, answers }, now).unknown[name] ?? null
  const refused = found?.startsWith('Prometheus refuses it') === true
  const reason = needsPod(ask) && !refused ? null : found
  return { name, service: target.service, reason, refused } satisfies Tried
}

const FIX = 'paste the query into Prometheus and correct "facts" of its readiness.yaml, or what should export it'

const checkOf = (incidentClass: string, names: readonly string[], tried: readonly Tried[]): Check => {
  const check = `facts of ${incidentClass}`
  const wrong = tried.filter(({ reason }) => reason !== null)
  if (wrong.length === 0)
    return ok(check, `${names.join(', ')} known for ${new Set(tried.map((one) => one.service)).size} services`)
  const found = wrong.map(({ name, service, reason }) => `${name} of ${service} is unknown: ${reason}`).join('; ')
  const nobody = names.some((name) => tried.every((one) => one.name !== name || one.reason !== null))
  return nobody || wrong.some(({ refused }) => refused) ? failed(check, found, FIX) : warning(check, found, FIX)
}

/** One check for each class that asks. A fact that nobody's target has fails; one that some have is a warning. */
export const tryFacts = async (policies: PolicySet, prometheus: Prometheus, now: string): Promise<Check[]> => {
  const targets = targetsOf(policies)
  const checks = [...policies.classes.values()].map(async (policy): Promise<Check[]> => {
    const asks = 'problem' in policy ? [] : Object.entries(policy.card.facts)
    if (asks.length === 0 || targets.length === 0) return []
    const tried = asks.flatMap(([name, ask]) => targets.map((target) => tryOne(name, ask, target, prometheus, now)))
    return [
      checkOf(
        policy.incident_class,
        asks.map(([name]) => name),
        await Promise.all(tried),
      ),
    ]
  })
  return (await Promise.all(checks)).flat()
}
