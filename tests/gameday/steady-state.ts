/** What must hold before harm is done: an installation that is not well proves nothing. */
import { imbalance } from '../../src/shared/ledger/accounting.ts'
import type { Site } from './site.ts'

export const expectThat = (condition: boolean, what: string): void => {
  if (!condition) throw new Error(what)
}

/** Enough to say that incidents flow. */
const DECIDED = 10

/** Everything is scraped, every rule can be evaluated, none fires, and incidents get their verdicts. */
export const expectSteady = async ({ alerting, installation: { ledger }, targets }: Site): Promise<void> => {
  const all = Object.values(targets).flat().length
  const up = await alerting.value('sum(up{job=~"interlock-.+"})')
  expectThat(up === all, `${up ?? 0} of ${all} processes are scraped`)
  const failing = await alerting.failing()
  expectThat(failing.length === 0, failing.join('; '))
  const firing = await alerting.firing()
  expectThat(firing.size === 0, `${[...firing].join(', ')} fires`)
  const counts = await ledger.accounting()
  expectThat((counts.received ?? 0) - (counts.in_flight ?? 0) >= DECIDED, 'too little was decided yet')
  expectThat(imbalance(counts) === 0, 'the accounting does not balance')
}
