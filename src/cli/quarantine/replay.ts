/** `interlock quarantine replay ID`: takes a delivery again, now that a mapping or Interlock itself understands more. */
import { Command } from 'commander'
import { replayQuarantined } from '../../producers/replay-quarantined.ts'
import { QuarantineOrder } from '../../shared/contracts/quarantine.ts'
import type { AlertAnswer } from '../../shared/contracts/webhook-answer.ts'
import { loadPolicyFolder } from '../../shared/policy/policy-folder.ts'
import { openQueue } from '../../shared/queue/stage-queues.ts'
import { type Answer, answerError, CommandError, printAnswer } from '../answer.ts'
import { reasonLines } from '../reason-lines.ts'
import { withLedger } from '../with-ledger.ts'
import { entryUnknown, parseEntryId } from './entry-id.ts'

interface Options {
  by: string
  reason: string
  json?: boolean
}

/** Throws CommandError `option_invalid`, naming every option that is wrong. */
const parseOrder = ({ by, reason }: Options): QuarantineOrder => {
  const order = QuarantineOrder.safeParse({ by, reason })
  if (order.success) return order.data
  const problems = order.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`)
  throw new CommandError('option_invalid', problems.join('; '))
}

/** A mapping can be corrected here; of every other source the sender, or what it was told to send. */
const whatNext = (id: string, source: string): string => {
  const tried = source.startsWith('custom:')
    ? `correct sources/${source.slice('custom:'.length)}.yaml of the policy folder, try it with "interlock source test", and replay again`
    : 'correct what its sender is set up to send (docs/sources.md) and have it sent again'
  return `"interlock quarantine show ${id}" has what is kept of it; ${tried}`
}

const answered = (id: string, source: string, answers: readonly AlertAnswer[]): Answer => {
  const rejected = answers.filter(({ outcome }) => outcome === 'rejected')
  const reasons = rejected.map(({ reason = '' }) => ({ code: 'rejected', message: reason }))
  const taken = answers.filter(({ incident_id }) => incident_id !== null)
  const line = `entry=${id} source=${source} alerts=${answers.length} taken=${taken.length} rejected=${rejected.length}`
  const incidents = taken.map(({ incident_id, outcome }) => `  ${outcome} incident=${incident_id}`)
  const passes = rejected.length === 0 && answers.length > 0
  const json = { outcome: passes ? 'pass' : 'block', id, source, incidents: answers }
  if (passes) return { exit: 0, json, out: [`PASS ${line}`, ...incidents].join('\n') }
  const out = incidents.join('\n')
  return { exit: 1, json, out, err: [`BLOCK ${line}`, ...reasonLines(reasons), whatNext(id, source)].join('\n') }
}

const replay = async (text: string, options: Options): Promise<Answer> => {
  const [id, order] = [parseEntryId(text), parseOrder(options)]
  return withLedger(async ({ ledger, redis, config }) => {
    const policies = await loadPolicyFolder(config.POLICY_DIR)
    const queue = openQueue('normalize', redis, config.QUEUE_PREFIX).on('error', () => {})
    const acceptance = { ledger, queue, policies: () => policies }
    const replayed = await replayQuarantined(id, order, new Date().toISOString(), acceptance)
    if (replayed.outcome === 'unknown') throw entryUnknown(id)
    if (replayed.outcome === 'replayed') return answered(id, replayed.entry.source, replayed.answers)
    const reasons = [{ code: 'not_replayable', message: replayed.reason }]
    const err = [`BLOCK entry=${id}`, ...reasonLines(reasons)].join('\n')
    return { exit: 1, json: { outcome: 'block', id, reasons }, err }
  })
}

export const replayCommand = new Command('replay')
  .description('take a delivery again: what is understood now is accepted')
  .argument('<id>', 'an entry of the quarantine')
  .requiredOption('--by <who>', 'who has it taken again, for the audit trace')
  .requiredOption('--reason <why>', 'why, for the audit trace')
  .option('--json', 'print one JSON document')
  .addHelpText(
    'after',
    `
Mappings are those of POLICY_DIR, which must be that of the API. What the delivery told is taken as it was told then: look
whether it still holds. Safe to call twice, since what is known already is a duplicate. The entry stays, and says who took it.

Exit codes: 0 all of it is understood, 1 not all of it or not to be taken again, with the reasons, 2 no such entry or wrong usage.

Examples:
  $ interlock source test --mapping policies/sources/beacon.yaml --payload payload.json
  $ interlock quarantine replay Q-3f9c0a1b2c3d4e5f --by anna --reason "corrected the mapping"`,
  )
  .action(async (id: string, options: Options) => {
    printAnswer(await replay(id, options).catch(answerError), options.json === true)
  })
