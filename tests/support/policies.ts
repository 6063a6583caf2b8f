/** The shipped policies as tests change them: other facts, another card, other budgets. Nothing repeats under them. */
import type { ClassPolicy, PolicySet } from '../../src/shared/contracts/policy.ts'
import { loadPolicyFolder } from '../../src/shared/policy/policy-folder.ts'

export const SHIPPED = await loadPolicyFolder('fixtures/policies')

/** What a delivery of `support/faults.ts` is about. */
export const SERVICE = 'appointments-api'
export const MEMORY = 'high_memory_usage'

/** The catalogue says this of the service as well, or instead. */
export const withFacts = (facts: Record<string, boolean | number>): PolicySet => {
  const entry = SHIPPED.services[SERVICE] ?? { namespaces: [], facts: {} }
  return { ...SHIPPED, services: { [SERVICE]: { ...entry, facts: { ...entry.facts, ...facts } } } }
}

export const withClass = (change: (policy: ClassPolicy) => ClassPolicy): PolicySet => {
  const policy = SHIPPED.classes.get(MEMORY) as ClassPolicy
  return { ...SHIPPED, classes: new Map([[MEMORY, change(policy)]]) }
}

/** As after an edit of the specification. */
export const OTHER_SPEC = withClass((policy) => ({ ...policy, spec: { ...policy.spec, digest: 'e'.repeat(64) } }))

/** 22 of 25, and nothing else wrong. */
export const SEMI_MANUAL = withClass(({ card, ...policy }) => ({
  ...policy,
  card: { ...card, scores: { ...card.scores, spec: 4, process: 3, implementation: 5 } },
}))

export const ALWAYS_FROZEN: PolicySet['freezes'] = [
  { from: '2020-01-01T00:00:00Z', to: '2120-01-01T00:00:00Z', scope: 'global', reason: 'audit' },
]

export const HOUR = 3_600_000

/** The budget that a delivery of `support/faults.ts` takes from. */
export const SCOPE = `service:${SERVICE}`
export const budgetOf = (limit: number, window = HOUR) => ({ scope: 'service' as const, limit, window })

interface Rules {
  budgets?: PolicySet['budgets']
  /** The repeat window in ms. */
  repeat?: number
  /** Whether a first run waits for a person. */
  review?: boolean
  freezes?: PolicySet['freezes']
}

/** The one class of memory under these rules, with all points but for what is shipped. */
export const rules = ({ budgets = [], repeat = 0, review = false, freezes = [] }: Rules): PolicySet => {
  const ruled = withClass(({ card, ...policy }) => ({
    ...policy,
    card: { ...card, checks: { ...card.checks, human_review_for_first_run: review }, repeat_window: repeat },
  }))
  return { ...ruled, budgets, freezes }
}
