/** All scenarios of the demo, in the order in which they are played. */
import type { Scenario } from './scenario.ts'
import { BLOCKED } from './scenarios-blocked.ts'
import { DELIVERED } from './scenarios-delivered.ts'
import { PASSED } from './scenarios-passed.ts'

export const SCENARIOS: readonly Scenario[] = [...PASSED, ...BLOCKED, ...DELIVERED]
