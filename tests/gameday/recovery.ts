/** What must hold once the fault is mended: at first what can be waited for, then a look at everything there is. */
import { findingsOf } from '../faults/harness/findings.ts'
import type { Site } from './site.ts'
import { expectThat } from './steady-state.ts'

/** Throws while an incident that was acknowledged before this was called has no verdict. */
export const verdictsOf = ({ installation: { ledger }, load }: Site): (() => Promise<void>) => {
  let open = [...load.told.values()].flatMap((ids) => [...ids])
  return async () => {
    const records = await Promise.all(open.map((id) => ledger.readRecord(id)))
    open = open.filter((_, at) => !records[at]?.verdict)
    expectThat(open.length === 0, `${open.length} incidents have no verdict`)
  }
}

export const expectNothingInFlight = async ({ installation: { ledger } }: Site): Promise<void> => {
  const { in_flight = 0 } = await ledger.accounting()
  expectThat(in_flight === 0, `${in_flight} incidents are in flight`)
}

/** The first of each kind say what it is; there may be thousands. */
const SHOWN = 5

/** One line per thing that was lost, doubled, disordered, forged or miscounted. */
export const lookAtEverything = async ({ installation: { ledger }, load }: Site) => {
  const { found, incidents } = await findingsOf(ledger, load.told)
  const kinds = Object.entries<string[]>({ ...found })
  return {
    incidents,
    problems: kinds.flatMap(([kind, lines]) => lines.slice(0, SHOWN).map((one) => `${kind}: ${one}`)),
  }
}
