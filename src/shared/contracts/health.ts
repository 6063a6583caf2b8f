/** What a process says of itself: that it lives, and whether work may be sent to it. */
import { z } from 'zod'

export const Health = z.strictObject({ status: z.literal('ok') })

export const Readiness = z.strictObject({
  status: z.enum(['ready', 'not_ready']),
  checks: z.record(z.string(), z.string()).describe('by name: ok, or what is wrong and what to do about it'),
})
export type Readiness = z.infer<typeof Readiness>
