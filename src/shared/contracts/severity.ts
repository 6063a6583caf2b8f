/** The severity scale, P0 (only ever explicit) to P5. */
import { z } from 'zod'

export const Severity = z.enum(['P0', 'P1', 'P2', 'P3', 'P4', 'P5'])
export type Severity = z.infer<typeof Severity>
