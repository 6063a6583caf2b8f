/**
 * The texts of BullMQ's own Lua scripts, so that a ledger change and the queue's step happen in one script or not at
 * all. This leans on one exact BullMQ version: the pin is exact, and what is relied on is asserted when this loads.
 */
import { createRequire } from 'node:module'
import { z } from 'zod'

/** The version whose scripts the crash tests ran against. */
const KNOWN_VERSION = '6.7.0'

/** Lua function name -> BullMQ's name for the script and how many keys the callers here pass it. */
const SCRIPTS = {
  add_standard_job: { script: 'addStandardJob', keys: 9 },
  add_prioritized_job: { script: 'addPrioritizedJob', keys: 9 },
  add_delayed_job: { script: 'addDelayedJob', keys: 6 },
  promote: { script: 'promote', keys: 9 },
  move_to_delayed: { script: 'moveToDelayed', keys: 11 },
  move_to_finished: { script: 'moveToFinished', keys: 14 },
} as const
type JobScript = keyof typeof SCRIPTS

const require = createRequire(import.meta.url)
const { version } = z.object({ version: z.string() }).parse(require('bullmq/package.json'))
if (version !== KNOWN_VERSION)
  throw new Error(`bullmq ${version} is installed, the hand-off was proved with ${KNOWN_VERSION}: pin that version`)

const bundled = z.record(z.string(), z.unknown()).parse(require('bullmq/dist/cjs/scripts'))

const scriptText = (name: JobScript): string => {
  const { script, keys } = SCRIPTS[name]
  const found = z.object({ content: z.string(), keys: z.literal(keys) }).safeParse(bundled[script])
  if (!found.success)
    throw new Error(`BullMQ's ${script} is not the script with ${keys} keys that the hand-off expects`)
  return found.data.content
}

/** Lua source that defines the named scripts as functions of their own, each called as `name(keys, argv)`. */
export const jobScripts = (...names: JobScript[]): string =>
  names.map((name) => `local function ${name}(KEYS, ARGV)\n${scriptText(name)}\nend\n`).join('')
