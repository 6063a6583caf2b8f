/** The changes to a gate that a person can make, and what the gate would be with them: what a flip is made of and proved by. */
import type { Axis } from '../../shared/contracts/card.ts'
import type { FlipStep } from '../../shared/contracts/flip.ts'
import type { GateCard, GateInput } from './gate-input.ts'
import { takes } from './rubric.ts'

const HIGHEST = 5

/** One step for every whole score above the present one, lowest first; a missing one may also be scored 0. */
export const raises = (card: GateCard, axis: Axis): FlipStep[] => {
  const from = card.scores[axis]?.score ?? null
  const lowest = from === null ? 0 : Math.floor(from) + 1
  return Array.from({ length: HIGHEST + 1 - lowest }, (_, above) => {
    const to = lowest + above
    const what = from === null ? `score ${axis}, with at least ${to}` : `raise ${axis} from ${from} to ${to}`
    return { change: 'score', name: axis, from, to, text: `${what}, with evidence: ${takes(axis, to)}` }
  })
}

type Check = Exclude<keyof GateCard, 'scores'>

export const setCheck = (card: GateCard, name: Check, to: boolean | string, how: string): FlipStep => ({
  change: 'check',
  name,
  from: card[name],
  to,
  text: `${how} (${name}: ${to}, ${card[name] === null ? 'not stated now' : `now ${card[name]}`})`,
})

/** What a gate would be with one change. The kinds that only dry-run has change nothing here. */
const WITH: Record<FlipStep['change'], (input: GateInput, step: FlipStep) => GateInput> = {
  score: (input, { name, to }) => withScore(input, name as Axis, Number(to)),
  check: (input, { name, to }) => {
    if (name === 'audit_trace_coverage') return { ...input, audit: { coverage: to, problem: null } }
    if (name === 'backup_verified') return { ...input, backup_denied: false }
    if (input.policy === null) return input
    return { ...input, policy: { ...input.policy, card: { ...input.policy.card, [name]: to } } }
  },
  fact: (input, { name, to }) => ({
    ...input,
    ...((name === 'stateful' || name === 'backup_verified') && { [name]: to }),
    unknown_facts: input.unknown_facts.filter((unknown) => unknown.name !== name),
  }),
  sources: (input, { to }) => ({ ...input, sources: { ...input.sources, seen: seenBy(input, Number(to)) } }),
  wait: (input) => ({ ...input, freezes: [] }),
  approval: (input) => input,
  none: (input) => input,
}

const seenBy = ({ sources: { seen } }: GateInput, count: number): string[] => [
  ...seen,
  ...Array.from({ length: Math.max(0, count - seen.length) }, (_, n) => `another ${n + 1}`),
]

const withScore = (input: GateInput, axis: Axis, score: number): GateInput => {
  if (input.policy === null) return input
  const { card } = input.policy
  const scored = { evidence: [], reduction: null, ...card.scores[axis], score }
  return { ...input, policy: { ...input.policy, card: { ...card, scores: { ...card.scores, [axis]: scored } } } }
}

export const withChanges = (input: GateInput, steps: readonly FlipStep[]): GateInput =>
  steps.reduce((changed, step) => WITH[step.change](changed, step), input)
