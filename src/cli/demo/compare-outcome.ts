/** What a scenario says must happen against what did: each difference in words, so that the demo is a real check. Pure. */
import type { DeliveryAnswer, SeenIncident } from './api-client.ts'
import type { Delivery, Ending } from './scenario.ts'

const list = (items: readonly string[]): string => items.join(', ') || 'none'
const same = (a: readonly string[], b: readonly string[]): boolean => list(a) === list(b)

/** `answers`: one per time the delivery was sent. Several at once may finish in any order. Null when as expected. */
export const answerDiffers = ({ answer, times = 1 }: Delivery, answers: readonly DeliveryAnswer[]): string | null => {
  if ('status' in answer) {
    const wrong = answers.find(({ status, code }) => status !== answer.status || code !== answer.code)
    return wrong ? `expected ${answer.status} ${answer.code}, got ${wrong.status} ${wrong.code ?? 'no code'}` : null
  }
  const got = answers.flatMap(({ incidents }) => incidents.map(({ outcome }) => outcome))
  const [expected, actual] = times > 1 ? [[...answer].sort(), [...got].sort()] : [[...answer], got]
  const refused = answers.find(({ status }) => status >= 400)
  if (refused) return `expected ${list(expected)}, got ${refused.status} ${refused.code}: ${refused.detail}`
  return same(expected, actual) ? null : `expected ${list(expected)}, got ${list(actual)}`
}

/** `first` is the source of the scenario's first delivery. */
export const endingDiffers = (
  { verdict, blockers = [], sources }: Ending,
  seen: SeenIncident,
  first: string,
): string | null => {
  if (seen.verdict === null) return `expected ${verdict}, got no verdict in time: it is still in ${seen.status}`
  if (seen.verdict.verdict !== verdict) return `expected ${verdict}, got ${seen.verdict.verdict}`
  const codes = seen.verdict.blockers.map(({ code }) => code)
  if (!same(blockers, codes)) return `expected ${list(blockers)}, got ${list(codes)}`
  const joined = [...new Set(seen.sources.map(({ source }) => source))].sort()
  const wanted = [...(sources ?? [first])].sort()
  return same(wanted, joined) ? null : `expected the sources ${list(wanted)}, got ${list(joined)}`
}
