/** What a live incident knows beside its card, from a file: so that the gate can be asked about that as well. */
import { z } from 'zod'
import { SourceName } from '../shared/contracts/alert.ts'
import { Duration } from '../shared/contracts/duration.ts'
import { Conflict } from '../shared/contracts/normalized.ts'
import { Freeze } from '../shared/contracts/policy.ts'
import { Spent } from '../shared/contracts/share.ts'
import type { GateInput } from '../workers/blockers/gate-input.ts'
import { parseInput, readData } from './read-input.ts'

const GateContext = z.strictObject({
  conflicts: z.array(Conflict).default([]),
  sources: z
    .strictObject({ required: z.int().min(0), seen: z.array(SourceName) })
    .default(() => ({ required: 0, seen: [] })),
  /** Those in force: a file knows no time of its own. */
  freezes: z.array(Freeze).default([]),
  /** What passed before and left nothing: budgets, and the repeat window as `repeat:<class>:<service>`. */
  spent: z.array(Spent.extend({ window: Duration })).default([]),
})

/** The first moment after all of them. */
const thawAfter = (freezes: readonly Freeze[]): string | null =>
  freezes.length === 0 ? null : new Date(Math.max(...freezes.map(({ to }) => Date.parse(to))) + 1).toISOString()

type Beside = z.infer<typeof GateContext> & Pick<GateInput, 'thaw'>

/** Nothing beside the card where no file is named. Throws CommandError where it cannot be used. */
export const readGateContext = (file: string | undefined): Beside => {
  const context = file === undefined ? {} : readData(file, '--context-file <file>')
  const beside = parseInput(GateContext, context, file ?? '')
  return { ...beside, thaw: thawAfter(beside.freezes) }
}
