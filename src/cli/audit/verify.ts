/** `interlock audit verify`: every chain by itself and against signed checkpoints, where it is or from an export. */
import { Command } from 'commander'
import { z } from 'zod'
import { type Finding, type StoredTrace, type Verified, verifyTraces } from '../../shared/audit/verify-traces.ts'
import { Duration } from '../../shared/contracts/duration.ts'
import { everyTrace } from '../../shared/ledger/stored-traces.ts'
import { type Answer, answerError, CommandError, printAnswer } from '../answer.ts'
import { reasonLines } from '../reason-lines.ts'
import { withLedger } from '../with-ledger.ts'
import { type ReadAnchors, readAnchors } from './read-anchors.ts'
import { readPublicKeys } from './signing-keys.ts'
import { tracesInFile } from './traces-in-file.ts'

interface Options {
  file?: string
  checkpoints?: string
  publicKey?: string[]
  retention?: string
  asOf?: string
  json?: boolean
}

const refuse = (problem: string): never => {
  throw new CommandError('option_invalid', problem)
}

const checkOptions = ({ checkpoints, publicKey, retention, asOf, file }: Options): void => {
  if (checkpoints !== undefined && !publicKey)
    refuse('--checkpoints proves nothing without the key that signed them: name it with --public-key')
  for (const [name, given] of Object.entries({ 'public-key': publicKey, retention, 'as-of': asOf }))
    if (given !== undefined && checkpoints === undefined)
      refuse(`--${name} is about checkpoints: name their file with --checkpoints`)
  if (asOf !== undefined && file === undefined) refuse('--as-of is about an export: name it with --file')
}

/** As Interlock writes times, so that they can be compared; null when none was given. */
const parseAsOf = (asOf: string | undefined): string | null => {
  if (asOf === undefined) return null
  const time = z.iso.datetime({ offset: true }).safeParse(asOf)
  return time.success
    ? new Date(asOf).toISOString()
    : refuse(`--as-of is ${asOf}: give a time like 2026-05-17T12:00:00Z`)
}

/**
 * Incidents accepted before this may be gone. What an export says of its own age could not be trusted; it was not made
 * before the last checkpoint that counts, so that is its time unless the one who verifies knows better.
 */
const expiry = ({ retention, file }: Options, asOf: string | null, read: ReadAnchors | null): (() => string | null) => {
  if (retention === undefined) return () => null
  const duration = Duration.safeParse(retention)
  if (!duration.success) return refuse(`--retention is ${retention}: ${duration.error.issues[0]?.message}`)
  return () => {
    const now = file === undefined ? new Date().toISOString() : (asOf ?? read?.last?.at)
    return now === undefined ? null : new Date(Date.parse(now) - duration.data).toISOString()
  }
}

const code = ({ incident_id }: Finding) => (incident_id === null ? 'checkpoint_invalid' : 'audit_trace_incomplete')

const answerOf = (verified: Verified, read: ReadAnchors | null): Answer => {
  const { incidents, records, unanchored, expired } = verified
  const broken = [...(read?.broken ?? []), ...verified.broken]
  const anchored = read && { checkpoints: read.checkpoints, last: read.last, torn: read.torn, unanchored, expired }
  const json = { outcome: broken.length === 0 ? 'pass' : 'block', incidents, records, ...anchored, broken }
  const counted = [
    `incidents=${incidents} records=${records}`,
    ...(read ? [`checkpoints=${read.checkpoints} last=${read.last?.at ?? 'none'}`] : []),
    ...(read ? [`unanchored=${unanchored} expired=${expired}`] : []),
  ].join(' ')
  const torn = read?.torn
    ? '\nthe last line of the checkpoint file is unfinished, as a crash leaves it; not counted'
    : ''
  if (broken.length === 0) return { exit: 0, json, out: `PASS ${counted}${torn}` }
  const reasons = broken.map((finding) => ({
    code: code(finding),
    message: [finding.incident_id, finding.problem].filter((part) => part !== null).join(': '),
  }))
  return { exit: 1, json, err: [`BLOCK ${counted} broken=${broken.length}${torn}`, ...reasonLines(reasons)].join('\n') }
}

const verify = async (options: Options): Promise<Answer> => {
  checkOptions(options)
  const { file, checkpoints, publicKey = [] } = options
  const asOf = parseAsOf(options.asOf)
  const read = checkpoints === undefined ? null : await readAnchors(checkpoints, readPublicKeys(publicKey), asOf)
  const expiredBefore = expiry(options, asOf, read)
  const against = (traces: AsyncIterable<StoredTrace>) => verifyTraces(traces, read?.anchors, expiredBefore)
  const verified =
    file === undefined
      ? await withLedger(({ redis, ledger }) => against(everyTrace(redis, ledger)))
      : await against(tracesInFile(file))
  return answerOf(verified, read)
}

export const verifyCommand = new Command('verify')
  .description('check every chain: numbering, links, hashes, its stored head, and what checkpoints say of it')
  .option('--file <file>', 'an export instead of the running installation; needs no Redis')
  .option('--checkpoints <file>', 'the checkpoint file, best the copy that was kept elsewhere')
  .option('--public-key <files...>', 'the public key that signed them; after a rotation all of them')
  .option('--retention <duration>', 'an incident accepted longer ago may have been removed, e.g. 30d')
  .option('--as-of <time>', 'when the export was begun: what was signed later says nothing of it')
  .option('--json', 'print one JSON document')
  .addHelpText(
    'after',
    `
Exit codes: 0 all intact, 1 not (each problem is named with its incident and record), 2 usage or unreadable input.

Examples:
  $ interlock audit verify
  $ interlock audit verify --checkpoints checkpoints.jsonl --public-key audit.pub --retention 30d
  $ interlock audit verify --file traces.jsonl --checkpoints checkpoints.jsonl --public-key 2025.pub 2026.pub`,
  )
  .action(async (options: Options) => {
    printAnswer(await verify(options).catch(answerError), options.json === true)
  })
