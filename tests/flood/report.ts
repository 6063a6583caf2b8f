/** A flood's outcome as lines for a person: what docs/flood.md keeps. Pure. */
import type { Outcome } from './flood.ts'
import { violations } from './judge.ts'

const list = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none'

export const report = (outcome: Outcome): string => {
  const { sustainable, poured, shed, urgent, memory, accepted, lost, imbalance } = outcome
  const { offered, counts, unanswered = 0, seconds } = poured
  const { p50, p95, p99 } = urgent.ms
  const wrong = violations(outcome)
  return [
    `sustainable      ${sustainable.toFixed(0)} incidents/s`,
    `offered          ${offered} deliveries in ${seconds.toFixed(0)} s: ${(offered / seconds / sustainable).toFixed(1)} times the sustainable rate`,
    `answers          ${list(counts)}; none, hung up on ${unanswered}`,
    `sent away        ${list(shed)}`,
    `P1, to verdict   ${urgent.sent} sent; p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms`,
    `P1, sent away    ${list(urgent.refused)}`,
    ...Object.entries(memory).map(
      ([name, { begin, end, most }]) =>
        `memory           ${name}: ${begin.toFixed(0)} MB at first, ${end.toFixed(0)} MB at the end, at most ${most.toFixed(0)} MB`,
    ),
    `accepted         ${accepted}, of which without exactly one verdict: ${lost.length}`,
    `imbalance        ${imbalance}`,
    ...(wrong.length > 0 ? wrong.map((one) => `WRONG            ${one}`) : ['all of it held']),
  ].join('\n')
}
