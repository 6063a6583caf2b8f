/** `interlock replay ID|--all [--policy DIR]`: decides again from what was recorded, and says what comes out otherwise. */
import { constants } from 'node:os'
import { Command } from 'commander'
import { z } from 'zod'
import { IncidentId } from '../shared/contracts/identifiers.ts'
import { everyIncident } from '../shared/ledger/every-incident.ts'
import { IncidentUnreadable } from '../shared/ledger/incident-unreadable.ts'
import { readStored } from '../shared/ledger/stored-incident.ts'
import { loadPolicyFolder } from '../shared/policy/policy-folder.ts'
import { type Answer, answerError, CommandError, printAnswer } from './answer.ts'
import { coloursFor } from './colours.ts'
import { inOrder } from './replay/in-order.ts'
import { policyTally } from './replay/policy-tally.ts'
import { progress } from './replay/progress.ts'
import { replayTally } from './replay/replay-tally.ts'
import type { Read, Tally } from './replay/tally.ts'
import { type Installation, withLedger } from './with-ledger.ts'

interface Options {
  all?: boolean
  policy?: string
  limit: string
  json?: boolean
}

/** Enough to hide the round trips; each is one incident in memory. */
const READS_AHEAD = 16

const Limit = z.coerce.number().int().min(0).max(10_000)

/** Null for an incident that is not there, and is not listed either: it was removed meanwhile, or never was. */
const readOne = async ({ redis, ledger }: Installation, incident_id: string): Promise<Read | null> => {
  try {
    const stored = await readStored(redis, ledger.keys, incident_id)
    if (stored) return { incident_id, stored }
    const listed = await redis.zscore(ledger.keys.index, incident_id)
    return listed === null ? null : { incident_id, stored: null, problem: 'it is listed and its record is gone' }
  } catch (error) {
    if (!(error instanceof IncidentUnreadable)) throw error
    return { incident_id, stored: null, problem: error.message }
  }
}

const replayOne = async (installation: Installation, id: string, tally: Tally): Promise<void> => {
  const read = await readOne(installation, id)
  if (!read)
    throw new CommandError('incident_unknown', `there is no incident '${id}': "interlock incidents" lists them`)
  await tally.take(read)
}

const replayAll = async (installation: Installation, tally: Tally, signal: AbortSignal): Promise<void> => {
  const shown = progress(process.stderr, await installation.ledger.count(), () => performance.now())
  let done = 0
  try {
    const reads = inOrder(everyIncident(installation.ledger), (id) => readOne(installation, id), READS_AHEAD)
    for await (const read of reads) {
      if (signal.aborted) return
      if (read) await tally.take(read)
      shown.at(++done)
    }
  } finally {
    shown.end()
  }
}

const checked = (id: string | undefined, { all, limit }: Options): number => {
  if ((id === undefined) === (all !== true))
    throw new CommandError('missing_incident', 'name one incident, or give --all, and not both')
  if (id !== undefined && !IncidentId.safeParse(id).success)
    throw new CommandError('incident_id_invalid', `'${id}' is not an incident id: they look like HM-2026-05-17-01`)
  const parsed = Limit.safeParse(limit)
  if (!parsed.success)
    throw new CommandError('option_invalid', `--limit is '${limit}': give a whole number from 0 to 10000`)
  return parsed.data
}

const replay = async (id: string | undefined, options: Options, signal: AbortSignal): Promise<Answer> => {
  const limit = checked(id, options)
  const policies = options.policy === undefined ? null : await loadPolicyFolder(options.policy)
  const tally = policies ? policyTally(policies, limit, coloursFor(process.stdout)) : replayTally(limit)
  await withLedger((installation) =>
    id === undefined ? replayAll(installation, tally, signal) : replayOne(installation, id, tally),
  )
  return tally.answer(signal.aborted)
}

/** A second Ctrl-C ends it at once: it writes nothing, so there is nothing to put in order. */
const run = async (id: string | undefined, options: Options): Promise<void> => {
  const interruption = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort(signal))
  const { signal } = interruption
  printAnswer(await replay(id, options, signal).catch(answerError), options.json === true)
  if (signal.aborted) process.exitCode = 128 + constants.signals[signal.reason as 'SIGINT' | 'SIGTERM']
}

export const replayCommand = new Command('replay')
  .description('decide again from what was recorded and compare bytes, or show what another policy would have decided')
  .argument('[id]', 'an incident id')
  .option('--all', 'every incident, newest first')
  .option('--policy <dir>', 'another policy folder: which verdicts it would have given')
  .option('--limit <n>', 'list at most so many incidents, 0 to 10000; all are counted', '50')
  .option('--json', 'print one JSON document')
  .addHelpText(
    'after',
    `
Reads and writes nothing but the answer. Progress goes to stderr.

Exit codes: 0 identical (with --policy: no verdict changes), 1 something differs or cannot be replayed, 2 wrong usage or
unreadable, 130 interrupted (what was seen so far is summed up).

Examples:
  $ interlock replay HM-2026-05-17-01
  $ interlock replay --all
  $ interlock replay --all --policy ../policies-next
  $ interlock replay --all --json --limit 500`,
  )
  .action(run)
