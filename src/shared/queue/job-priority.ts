/** Which jobs overtake which: P0 to P2 have no priority and go before all that have one, since BullMQ takes those first. */
import type { Severity } from '../contracts/severity.ts'

/**
 * The most urgent stay in the plain list, which costs least and is first come, first served; beneath it P3, P4 and P5 wait
 * for a moment in which nothing urgent does.
 */
const PRIORITY: Record<Severity, number> = { P0: 0, P1: 0, P2: 0, P3: 3, P4: 4, P5: 5 }

export const priorityOf = (severity: Severity): number => PRIORITY[severity]
