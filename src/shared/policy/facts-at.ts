/** What is known of a target at one moment, from everything that was stated and answered; and why the rest is not. Pure. */
import { durationText } from '../contracts/duration.ts'
import type { Fact, Facts } from '../contracts/facts.ts'
import type { Answers, Asks } from '../contracts/live-facts.ts'
import { COMPARE } from './conditions.ts'
import { withDerivedFacts } from './facts.ts'
import { queryFor, type Target } from './promql.ts'

/** As a decision keeps it: what the catalogue states, what the policy asks for, and what was answered. */
export interface GivenFacts {
  facts: Facts
  asks: Asks
  answers?: Answers | undefined
}

export interface FactsAt {
  facts: Facts
  /** Name -> why it is not known. What nobody has stated or asked for is in neither. */
  unknown: Readonly<Record<string, string>>
}

const NOTHING_UNKNOWN = {}

const answerTo = (name: string, answers: Answers | undefined) =>
  answers && Object.hasOwn(answers, name) ? answers[name] : undefined

/** Without the answers to other questions: a replay under another policy finds what was asked under the recorded one. */
export const askedAbout = <Given extends GivenFacts>(given: Given, target: Target): Given => {
  const asked = Object.entries(given.asks)
  if (asked.length === 0) return given
  const fitting = asked.flatMap(([name, ask]) => {
    const answer = answerTo(name, given.answers)
    const { query } = queryFor(ask, target)
    const fits = answer?.query?.value === query?.value && answer?.query?.as_of === query?.as_of
    return answer && fits ? [[name, answer] as const] : []
  })
  return { ...given, answers: Object.fromEntries(fitting) }
}

/** What a policy asks for is what counts: where there is no answer, the catalogue does not stand in for it. */
const answered = (name: string, ask: Asks[string], answers: Answers | undefined): Fact | string => {
  const answer = answerTo(name, answers)?.answer
  if (!answer) return 'this was not asked when the incident was decided'
  if ('problem' in answer) return answer.problem
  const { sample, as_of } = answer
  const value = ask.compare ? COMPARE[ask.compare.operator](sample, ask.compare.number) : sample
  return { value, source: 'prometheus', as_of, max_age: ask.max_age }
}

/** Null for a fact that may count. */
const outdated = ({ as_of, max_age }: Fact, now: number): string | null => {
  if (max_age === undefined) return null
  const age = now - Date.parse(as_of)
  if (age < 0) return `it is dated ${as_of}, which is ${durationText(-age)} ahead: correct the date or the clocks`
  return age <= max_age ? null : `it is ${durationText(age)} old (${as_of}), and counts for ${durationText(max_age)}`
}

/** `now` is RFC 3339. */
export const factsAt = ({ facts, asks, answers }: GivenFacts, now: string): FactsAt => {
  const asked = Object.entries(asks)
  // Most policies ask nothing and date nothing: then what was stated is what is known.
  if (asked.length === 0 && Object.values(facts).every(({ max_age }) => max_age === undefined))
    return { facts: withDerivedFacts(facts), unknown: NOTHING_UNKNOWN }
  const { stateless: _, ...stated } = facts
  const found = { ...stated, ...Object.fromEntries(asked.map(([name, ask]) => [name, answered(name, ask, answers)])) }
  const known: [string, Fact][] = []
  const unknown: [string, string][] = []
  for (const [name, fact] of Object.entries(found)) {
    const reason = typeof fact === 'string' ? fact : outdated(fact, Date.parse(now))
    if (reason !== null) unknown.push([name, reason])
    else if (typeof fact !== 'string') known.push([name, fact])
  }
  return { facts: withDerivedFacts(Object.fromEntries(known)), unknown: Object.fromEntries(unknown) }
}
