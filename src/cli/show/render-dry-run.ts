/** The dry-run for a person: which conditions hold, what exactly would change, and how that is taken back. Pure. */
import type { DryRunResult } from '../../shared/contracts/dry-run-result.ts'
import type { Plan } from '../../shared/contracts/plan.ts'
import { rows } from '../wrap.ts'
import { type Page, section } from './page.ts'
import { renderFlip } from './render-flip.ts'

type Change = Plan['change']

/** `replicas: 3 -> 4`; a member that is on one side only is `none` on the other. */
const differences = ({ before, after }: Change): string =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((name) => `${name}: ${JSON.stringify(before[name]) ?? 'none'} -> ${JSON.stringify(after[name]) ?? 'none'}`)
    .join(', ')

const described = (change: Change): string => {
  const { kind, namespace, name } = change.resource
  return `${change.verb} ${kind} ${namespace}/${name} (${differences(change)})`
}

const stated = (facts: Plan['facts']): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ') || 'none needed'

export const renderPlan = (plan: Plan, digest: string | null, page: Page): string[] => {
  const { metric, operator, threshold, windows_minutes } = plan.verification
  const [first, second] = windows_minutes
  const { description, change: back } = plan.rollback
  return section(
    'PLAN',
    rows(
      [
        { name: 'change', text: described(plan.change), paint: page.colours.cyan },
        { name: 'radius', text: plan.radius },
        { name: 'facts', text: stated(plan.facts) },
        { name: 'rollback', text: back ? `${description} ${described(back)}` : description },
        { name: 'success', text: `${metric} ${operator} ${threshold}, over ${first} min and again over ${second} min` },
        { name: 'otherwise', text: `roll back after ${plan.rollback_after_minutes} min` },
        { name: 'digest', text: digest ?? 'none' },
      ],
      page.width,
    ),
    page,
  )
}

export const renderDryRun = (result: DryRunResult, page: Page) => {
  const { outcome, action, preconditions, flip, plan, plan_digest } = result
  const { colours } = page
  const conditions = preconditions.map(({ condition, met, message }) => ({
    name: met ? '✓' : '✗',
    text: message ?? condition,
    paint: met ? colours.green : colours.red,
  }))
  return [
    ...section(
      `DRY-RUN  ${action ?? 'no action'}: ${outcome}`,
      conditions.length === 0 ? ['  the specification states no condition on it'] : rows(conditions, page.width),
      page,
    ),
    ...renderFlip(flip, page),
    ...(plan ? renderPlan(plan, plan_digest, page) : []),
  ]
}
