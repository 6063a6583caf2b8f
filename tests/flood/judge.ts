/** What must hold of a flood: nothing accepted lost, urgent alerts in time, memory that does not grow. Pure. */
import type { Outcome } from './flood.ts'

/** The objective for every verdict, held for the urgent whatever comes down on the others. */
const URGENT_P99_MS = 30_000
/** What a garbage collector leaves lying is not growth. */
const SPARE_MB = 64
const GROWTH = 1.25

/** What does not hold, in words; none when all is well. */
export const violations = ({ lost, imbalance, urgent, memory, poured, accepted }: Outcome): string[] => [
  ...(lost.length > 0 ? [`${lost.length} accepted incidents have no verdict, such as ${lost[0]}`] : []),
  ...(imbalance === 0 ? [] : [`the accounting is off by ${imbalance}`]),
  ...(new Set(poured.accepted).size < poured.accepted.length ? ['an incident was accepted twice'] : []),
  ...(accepted === 0 || urgent.sent === 0 ? ['nothing was accepted'] : []),
  ...(urgent.ms.p99 <= URGENT_P99_MS ? [] : [`the p99 of P1 is ${urgent.ms.p99} ms, over ${URGENT_P99_MS}`]),
  ...Object.entries(memory).flatMap(([name, { begin, most }]) =>
    most <= begin * GROWTH + SPARE_MB
      ? []
      : [`the memory of ${name} grew from ${begin.toFixed(0)} to ${most.toFixed(0)} MB`],
  ),
]
