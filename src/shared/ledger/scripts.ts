/** Loads the ledger's Lua: every write, and every read that must be consistent, is one script. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import { jobScripts } from '../queue/job-scripts.ts'
import { packArguments } from './pack-arguments.ts'

const text = (name: string) => readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8')

/** What every script begins with, and every one that writes to an incident. */
const BEGIN = text('unpack')
const CHANGE = BEGIN + text('blocked') + text('change')

/** Commands by name; the number of keys varies, so each call passes it first. */
const SCRIPTS = {
  interlockAccept:
    CHANGE + jobScripts('add_standard_job', 'add_prioritized_job', 'add_delayed_job', 'promote') + text('accept'),
  interlockCommit: CHANGE + text('shares') + jobScripts('move_to_finished', 'add_standard_job') + text('commit'),
  interlockApprove: CHANGE + text('shares') + text('approve'),
  interlockHold: CHANGE + jobScripts('move_to_delayed') + text('hold'),
  interlockRelease: BEGIN + jobScripts('promote') + text('release'),
  interlockReadIncident: BEGIN + text('read-incident'),
  interlockReadHeads: BEGIN + text('read-heads'),
  interlockFindRelated: BEGIN + text('find-related'),
  interlockFindLost: CHANGE + text('job-place') + text('find-lost'),
  interlockPutBack: CHANGE + text('job-place') + jobScripts('add_standard_job') + text('put-back'),
  interlockPrune: CHANGE + text('prune'),
  interlockSample: BEGIN + text('sample'),
  interlockQuarantine: BEGIN + text('quarantine'),
  interlockMarkReplayed: BEGIN + text('mark-replayed'),
  interlockPruneQuarantine: BEGIN + text('prune-quarantine'),
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
  return (redis as unknown as Runner)[name](keys.length, ...keys, packArguments(args))
}
