/** What a decision looked at, for a person: the facts and, where a card was judged, its scores. Kept once, with what was known. */
import { z } from 'zod'
import { Facts } from '../contracts/facts.ts'
import type { RecordedDecision } from '../contracts/incident.ts'
import { Answers, Asks } from '../contracts/live-facts.ts'
import { CardScores } from '../contracts/ready.ts'
import { type FactsAt, factsAt } from '../policy/facts-at.ts'

const Evidence = z.object({
  facts: Facts.default({}),
  asks: Asks.default({}),
  answers: Answers.optional(),
  policy: z
    .object({ card: z.object({ scores: CardScores }) })
    .nullable()
    .default(null),
})

/** Empty where a decision was recorded in a form that this version does not read. */
export const decisionEvidence = (decision: RecordedDecision | undefined): FactsAt & { scores: CardScores } => {
  const { data } = Evidence.safeParse(decision?.known)
  const none = { facts: {}, unknown: {}, scores: {} }
  return data && decision ? { ...factsAt(data, decision.now), scores: data.policy?.card.scores ?? {} } : none
}
