/** The emergency stop: what it may cover, who ordered it and why. */
import { z } from 'zod'
import { Timestamp } from './identifiers.ts'

/** `<name>` is as it stands in payloads and policies: printable ASCII without surrounding spaces. */
const StopScope = z
  .string()
  .max(300, 'a scope has at most 300 characters')
  .regex(
    /^(global|(service|class|action):[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?)$/,
    'a scope is global, service:<name>, class:<name> or action:<name>, e.g. service:appointments-api',
  )

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

/** One line of the log: what was ordered, in the order in which it took effect. */
export const StopsLogEntry = StopOrder.extend({ via, order: z.enum(['stop', 'resume']), at: Timestamp })
export type StopsLogEntry = z.infer<typeof StopsLogEntry>

/** How an incident is held: where its job waits, every scope that covers it, and the stop its trace names last. */
export const HeldEntry = z.object({
  stage: z.string(),
  scopes: z.array(z.string()),
  stop: z.string(),
})
export type HeldEntry = z.infer<typeof HeldEntry>
