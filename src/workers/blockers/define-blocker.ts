/** What a blocker is: one pure rule that says, with the values, why automation must not go on. */
import type { BlockerCode } from '../../shared/contracts/blocker.ts'
import type { FlipStep } from '../../shared/contracts/flip.ts'
import type { Profile } from '../../shared/contracts/policy.ts'
import type { GateCard, GateInput } from './gate-input.ts'

export interface Rule<Input> {
  code: BlockerCode
  why: string
  /** Null when it does not hold, else the message with the values. */
  check(input: Input): string | null
  /**
   * Changes of which some would lift it, for each place from the least to the most; or, where none would, what stands in
   * the way and who must act. Asked only of a blocker that holds.
   */
  flip(input: Input): FlipStep[] | string
}

/** A gate whose policy is valid, with the policy's own parts beside everything else. */
type JudgedCard = GateInput & { card: GateCard; profile: Profile }

export type BlockerRule =
  | (Rule<GateInput> & { judges: 'incident' })
  /** Without a valid policy there is no card to judge, and the policy blockers speak instead. */
  | (Rule<JudgedCard> & { judges: 'card' })

export const defineBlocker = (rule: Rule<GateInput>): BlockerRule => ({ ...rule, judges: 'incident' })
export const defineCardBlocker = (rule: Rule<JudgedCard>): BlockerRule => ({ ...rule, judges: 'card' })

/** How a message shows a value that the card may not state. */
export const said = (value: boolean | null): string => (value === null ? 'missing' : String(value))
