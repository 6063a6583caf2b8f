/** The readiness decision for a person: the scores with their evidence, and what would turn a block into a pass. Pure. */
import { AXES } from '../../shared/contracts/card.ts'
import type { CardScores, Judgement } from '../../shared/contracts/ready.ts'
import type { FactsAt } from '../../shared/policy/facts-at.ts'
import { type Row, rows } from '../wrap.ts'
import { between, type Page, section, span } from './page.ts'
import { renderFlip } from './render-flip.ts'

const HIGHEST = 5

const scoreRow = (axis: (typeof AXES)[number], scores: CardScores, at: string, { colours }: Page): Row[] => {
  const scored = scores[axis]
  if (scored === undefined) return [{ name: axis, text: '- nobody has scored it: counts as 0', paint: colours.red }]
  const { score, evidence, as_of, reduction } = scored
  const age = as_of === undefined ? '' : `, scored ${between(as_of, at)} before the decision`
  const line = { name: axis, text: `${score} ${evidence.join(', ') || 'no evidence named'}${age}` }
  if (reduction === null && score === HIGHEST) return [line]
  return [line, { name: '', text: `  reduced: ${reduction ?? 'no reason given'}`, paint: colours.yellow }]
}

/** `at`: when the decision was taken, which is what the age of a score counts to. */
export const renderReadiness = (
  { score, threshold, mode, flip }: Judgement,
  scores: CardScores,
  at: string,
  page: Page,
): string[] => {
  const title =
    score === null ? 'READINESS  not scored' : `READINESS  ${score}/25, threshold ${threshold}, mode ${mode}`
  const scored = score === null ? [] : AXES.flatMap((axis) => scoreRow(axis, scores, at, page))
  return [
    ...section(
      title,
      scored.length === 0 ? ['  there is no policy to take scores from'] : rows(scored, page.width),
      page,
    ),
    ...renderFlip(flip, page),
  ]
}

/** `at`: when the decision was taken, which is what the age of a fact counts to. */
export const renderFacts = ({ facts, unknown }: FactsAt, at: string, page: Page): string[] => {
  const stated = Object.entries(facts).map(([name, { value, source, as_of, max_age }]): Row => {
    const limit = max_age === undefined ? '' : `, counts for ${span(max_age)}`
    return {
      name,
      text: `${JSON.stringify(value)}, from ${source}, known ${between(as_of, at)} before the decision${limit}`,
    }
  })
  const missing = Object.entries(unknown).map(([name, why]): Row => {
    return { name, text: `unknown: ${why}`, paint: page.colours.red }
  })
  const known = [...stated, ...missing]
  return section('FACTS', known.length === 0 ? ['  nothing was known of the target'] : rows(known, page.width), page)
}
