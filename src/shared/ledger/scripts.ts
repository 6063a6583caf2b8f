/** Loads the ledger's Lua: every write, and every read that must be consistent, is one script. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import { jobScripts } from '../queue/job-scripts.ts'

const text = (name: string) => readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8')

/**
 * Binary arguments travel as Latin-1 text behind this mark, which no other argument begins with, and `bytes` of
 * `change.lua` gives them their bytes back: with a single Buffer among them the client encodes all sixty arguments one
 * by one, which costs it as much as everything else about the command.
 */
const BINARY = '\u0080'

/** What every script that writes to an incident begins with. */
const CHANGE = text('blocked') + text('change')

/** Commands by name; the number of keys varies, so each call passes it first. */
const SCRIPTS = {
  interlockAccept:
    CHANGE + jobScripts('add_standard_job', 'add_prioritized_job', 'add_delayed_job', 'promote') + text('accept'),
  interlockCommit: CHANGE + text('shares') + jobScripts('move_to_finished', 'add_standard_job') + text('commit'),
  interlockApprove: CHANGE + text('shares') + text('approve'),
  interlockHold: CHANGE + jobScripts('move_to_delayed') + text('hold'),
  interlockRelease: jobScripts('promote') + text('release'),
  interlockReadIncident: text('read-incident'),
  interlockReadHeads: text('read-heads'),
  interlockFindRelated: text('find-related'),
  interlockFindLost: CHANGE + text('job-place') + text('find-lost'),
  interlockPutBack: CHANGE + text('job-place') + jobScripts('add_standard_job') + text('put-back'),
  interlockPrune: CHANGE + text('prune'),
  interlockSample: text('sample'),
}
export type LedgerScript = keyof typeof SCRIPTS

/** By the digest under which Redis knows it, which is all that a command on the wire says of it. */
export const SCRIPT_OF: ReadonlyMap<string, LedgerScript> = new Map(
  (Object.keys(SCRIPTS) as LedgerScript[]).map((name) => [
    createHash('sha1').update(SCRIPTS[name]).digest('hex'),
    name,
  ]),
)

type Runner = Record<LedgerScript, (keyCount: number, ...args: unknown[]) => Promise<unknown>>

/** Runs one of the scripts on a connection, defining it there first when needed. */
export const runScript = (
  redis: Redis,
  name: LedgerScript,
  keys: readonly string[],
  args: readonly unknown[],
): Promise<unknown> => {
  if (!(name in redis)) redis.defineCommand(name, { lua: SCRIPTS[name] })
  const texts = args.map((arg) => (Buffer.isBuffer(arg) ? BINARY + arg.toString('latin1') : arg))
  return (redis as unknown as Runner)[name](keys.length, ...keys, ...texts)
}
