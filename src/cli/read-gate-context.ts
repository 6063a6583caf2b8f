/** What a live incident knows beside its card, from a file: so that the gate can be asked about that as well. */
import { z } from 'zod'
import { SourceName } from '../shared/contracts/alert.ts'
import { Conflict } from '../shared/contracts/normalized.ts'
import { Freeze } from '../shared/contracts/policy.ts'
import { parseInput, readData } from './read-input.ts'

const GateContext = z.strictObject({
  conflicts: z.array(Conflict).default([]),
  sources: z
    .strictObject({ required: z.int().min(0), seen: z.array(SourceName) })
    .default(() => ({ required: 0, seen: [] })),
  /** Those in force: a file knows no time of its own. */
  freezes: z.array(Freeze).default([]),
})

/** Nothing beside the card where no file is named. Throws CommandError where it cannot be used. */
export const readGateContext = (file: string | undefined): z.infer<typeof GateContext> =>
  file === undefined ? GateContext.parse({}) : parseInput(GateContext, readData(file, '--context-file <file>'), file)
