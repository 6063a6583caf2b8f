/** The emergency stop: what it may cover, who ordered it and why. */
import { z } from 'zod'
import { Timestamp } from './identifiers.ts'

const SCOPES = 'a scope is global, service:<name>, class:<name> or action:<name>, e.g. service:appointments-api'
/** `<name>` is as it stands in payloads and policies: printable ASCII without surrounding spaces. */
const StopScope = z
  .string(SCOPES)
  .max(300, 'a scope has at most 300 characters')
  .regex(/^(global|(service|class|action):[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?)$/, SCOPES)

/** The kinds of scope: a closed list, where the names in them come from strangers. */
export const SCOPE_KINDS = ['global', 'class', 'service', 'action'] as const

/**
 * How it is known who somebody is: by a login over HTTP (`token`, `oidc`), or not at all, by their word: on the
 * `command_line` since whoever calls it holds Redis, and where the API is `open` since no login is set up.
 */
export const Means = z.enum(['token', 'oidc', 'command_line', 'open'])
export type Means = z.infer<typeof Means>

/** Shown in terminals as it is, so it holds nothing that could steer one. */
export const words = (name: string, most: number) =>
  z
    .string(`say ${name}`)
    .trim()
    .min(1, `say ${name}: it is empty`)
    .max(most, `at most ${most} characters`)
    .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'one line, without control characters')

/** What somebody asks for; the same on the command line and over HTTP. */
export const StopOrder = z.strictObject({
  scope: StopScope,
  by: words('who orders it', 200),
  reason: words('why', 1000),
})
export type StopOrder = z.infer<typeof StopOrder>

/** Absent in what was written before there was a login. */
const via = Means.optional()

export type SignedStopOrder = StopOrder & { via?: Means | undefined }

/** A stop in force, as it lies under its scope. */
export const Stop = StopOrder.omit({ scope: true }).extend({ via, at: Timestamp })
export type Stop = z.infer<typeof Stop>

/** Of a stop that says no time. */
export const SINCE_NOBODY_KNOWS = '1970-01-01T00:00:00.000Z'

/** What lies under a scope. What somebody wrote there by hand stops all the same: unknown never counts as pass. */
export const readStop = (text: string): Stop => {
  try {
    return Stop.parse(JSON.parse(text))
  } catch {
    const said = JSON.stringify(text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200))
    const reason = `no order of "interlock stop", somebody wrote ${said} into Redis: "interlock resume" lifts it`
    return { by: 'unknown', reason, at: SINCE_NOBODY_KNOWS }
  }
}

/** One line of the log: what was ordered, in the order in which it took effect. */
export const StopsLogEntry = StopOrder.extend({ via, order: z.enum(['stop', 'resume']), at: Timestamp })
export type StopsLogEntry = z.infer<typeof StopsLogEntry>

/** What is stopped now. */
export const StopsInForce = z.strictObject({
  engaged: z.array(
    Stop.extend({
      scope: z.string(),
      held: z.int().min(0).describe('one incident may be counted under several scopes'),
    }),
  ),
  held: z.int().min(0).describe('all incidents that are held, each once'),
  log: z.array(StopsLogEntry).describe('the last orders, oldest first'),
})
export type StopsInForce = z.infer<typeof StopsInForce>

/** An order to the kill switch over HTTP. */
export const SwitchOrder = StopOrder.extend({ engaged: z.boolean('true to stop, false to resume') })
export type SwitchOrder = z.infer<typeof SwitchOrder>

const Switched = z.strictObject({
  scope: z.string(),
  changed: z.boolean().describe('false where it was so already'),
})

/** What came of an order: the stop in force, which may be an earlier one, or how many incidents were let go. */
export const SwitchAnswer = z.discriminatedUnion('engaged', [
  Switched.extend({ engaged: z.literal(true), ...Stop.shape }),
  Switched.extend({ engaged: z.literal(false), released: z.int().min(0) }),
])
export type SwitchAnswer = z.infer<typeof SwitchAnswer>

/** How an incident is held: where its job waits, every scope that covers it, and the stop its trace names last. */
export const HeldEntry = z.object({
  stage: z.string(),
  scopes: z.array(z.string()),
  stop: z.string(),
})
export type HeldEntry = z.infer<typeof HeldEntry>
