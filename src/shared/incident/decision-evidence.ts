/** What a decision looked at, for a person: the facts and, where a card was judged, its scores. Kept once, with what was known. */
import { z } from 'zod'
import { Facts } from '../contracts/facts.ts'
import type { RecordedDecision } from '../contracts/incident.ts'
import { CardScores } from '../contracts/ready.ts'

const Evidence = z.object({
  facts: Facts.default({}),
  policy: z
    .object({ card: z.object({ scores: CardScores }) })
    .nullable()
    .default(null),
})

/** Empty where a decision was recorded in a form that this version does not read. */
export const decisionEvidence = (decision: RecordedDecision | undefined): { facts: Facts; scores: CardScores } => {
  const { data } = Evidence.safeParse(decision?.known)
  return { facts: data?.facts ?? {}, scores: data?.policy?.card.scores ?? {} }
}
