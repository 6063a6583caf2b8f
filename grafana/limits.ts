/** What a panel draws as its threshold: the limit of an alert, as its rule has it, or an objective. */
import type { Threshold } from '@grafana/grafana-foundation-sdk/dashboard'
import { ALERTS } from './alert-rules.ts'

/** Over 30 days: which share must be good, and up to how many seconds it is. Those of docs/production-spec.md. */
export const OBJECTIVES = {
  verdict: { share: 0.99, within: 30 },
  accept: { share: 0.99, within: 0.25 },
  available: { share: 0.999 },
} as const

export interface Limit {
  value: number
  /** On which side of the value it is bad. */
  bad: 'above' | 'below'
  colour: 'red' | 'orange'
}

export const below = (value: number): Limit => ({ value, bad: 'below', colour: 'orange' })
export const above = (value: number): Limit => ({ value, bad: 'above', colour: 'orange' })

/** Grafana colours from a value on: where an alert tells none from some, 0 must not have the colour of some. */
const MORE_THAN_NONE = 1e-9

/** The limit of an alert: red where it pages. Throws for one that does not exist or compares with no number. */
export const limitOf = (alert: string): Limit => {
  const rule = ALERTS.get(alert)
  if (!rule?.limit) throw new Error(`prometheus/rules has no alert ${alert} that compares with a number`)
  const { operator, value } = rule.limit
  return {
    value: value === 0 ? MORE_THAN_NONE : value,
    bad: operator.startsWith('>') ? 'above' : 'below',
    colour: rule.severity === 'critical' ? 'red' : 'orange',
  }
}

/** From the lowest value up; the first has none. Nothing is green that no limit calls good. */
export const thresholdsOf = (limits: readonly Limit[]): Threshold[] => {
  const steps = [...limits].sort((a, b) => a.value - b.value)
  const [lowest] = steps
  const base = lowest === undefined ? 'text' : lowest.bad === 'below' ? lowest.colour : 'green'
  return [
    { value: null, color: base },
    ...steps.map(({ value, bad, colour }) => ({ value, color: bad === 'above' ? colour : 'green' })),
  ]
}
