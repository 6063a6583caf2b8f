/** `interlock redrive ID` and `--queue Q`: has dead-lettered incidents taken up again at the stage that failed. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { StageName } from '../shared/contracts/audit-record.ts'
import { IncidentId } from '../shared/contracts/identifiers.ts'
import { openQueue } from '../shared/queue/stage-queues.ts'
import { type Redriven, type RedriveOrder, type RedriveSettings, redrive, redriveQueue } from '../workers/redrive.ts'
import { type Answer, answerError, CommandError, printAnswer } from './answer.ts'
import { reasonLines } from './reason-lines.ts'
import { withLedger } from './with-ledger.ts'

interface Options {
  queue?: StageName
  by: string
  reason: string
  json?: boolean
}

const REFUSALS = {
  not_dead_lettered: (id: string, status = '') => `${id} is ${status}: only what was dead-lettered is taken up again`,
  resolved: (id: string) => `${id} was resolved by its sources meanwhile: nothing resolved is dry-run`,
  unreadable: (id: string) => `${id}: its record is not in a form Interlock writes; look at "interlock audit verify"`,
  unknown: (id: string) => `${id} has a failed job and no record: there is nothing to take up again`,
}
type Refused = Exclude<Redriven, { outcome: 'redriven' }>

const refusal = (id: string, refused: Refused) => ({
  code: refused.outcome,
  message: REFUSALS[refused.outcome](id, 'status' in refused ? refused.status : undefined),
})

const one = async (settings: RedriveSettings, id: string, order: RedriveOrder): Promise<Answer> => {
  const redriven = await redrive(settings, id, order)
  if (redriven.outcome === 'unknown')
    throw new CommandError('incident_unknown', `there is no incident '${id}': "interlock incidents" lists them`)
  if (redriven.outcome === 'redriven') {
    const { stage } = redriven
    return { exit: 0, json: { outcome: 'pass', incident_id: id, stage }, out: `PASS incident=${id} stage=${stage}` }
  }
  const reasons = [refusal(id, redriven)]
  const err = [`BLOCK incident=${id}`, ...reasonLines(reasons)].join('\n')
  return { exit: 1, json: { outcome: 'block', incident_id: id, reasons }, err }
}

/** Somebody else may take some up at the same time; what fails the command is what nobody can. */
const all = async (
  settings: RedriveSettings,
  queue: StageName,
  order: RedriveOrder,
  quiet: boolean,
): Promise<Answer> => {
  let [redriven, skipped] = [0, 0]
  const reasons: ReturnType<typeof refusal>[] = []
  for await (const batch of redriveQueue(settings, queue, order)) {
    for (const { id, redriven: result } of batch) {
      if (result.outcome === 'redriven') redriven++
      else if (result.outcome === 'not_dead_lettered' || result.outcome === 'resolved') skipped++
      else reasons.push(refusal(id, result))
    }
    if (!quiet && batch.length > 0) process.stderr.write(`redriven=${redriven} skipped=${skipped + reasons.length} …\n`)
  }
  const counted = `queue=${queue} redriven=${redriven} skipped=${skipped} refused=${reasons.length}`
  const json = { outcome: reasons.length === 0 ? 'pass' : 'block', queue, redriven, skipped, reasons }
  if (reasons.length === 0) return { exit: 0, json, out: `PASS ${counted}` }
  return { exit: 1, json, err: [`BLOCK ${counted}`, ...reasonLines(reasons)].join('\n') }
}

const answer = async (id: string | undefined, { queue, by, reason, json }: Options): Promise<Answer> => {
  if ((id === undefined) === (queue === undefined))
    throw new CommandError('missing_incident', 'name either an incident id or --queue, see "interlock redrive --help"')
  if (id !== undefined && !IncidentId.safeParse(id).success)
    throw new CommandError('incident_id_invalid', `'${id}' is not an incident id: they look like HM-2026-05-17-01`)
  const order = { by, via: 'command_line', reason, at: new Date().toISOString() } as const
  return withLedger(async ({ ledger, redis, config }) => {
    const open = (stage: StageName) => openQueue(stage, redis, config.QUEUE_PREFIX).on('error', () => {})
    const queues = { normalize: open('normalize'), readiness: open('readiness'), 'dry-run': open('dry-run') }
    const settings = { redis, ledger, queues }
    if (id !== undefined) return one(settings, id, order)
    return all(settings, queue as StageName, order, json === true)
  })
}

const words = (text: string): string => {
  if (text.trim() === '' || text.length > 500) throw new InvalidArgumentError('must be 1 to 500 characters.')
  return text.trim()
}

export const redriveCommand = new Command('redrive')
  .description('take dead-lettered incidents up again at the stage that failed')
  .argument('[id]', 'an incident id')
  .addOption(new Option('--queue <stage>', 'all that were dead-lettered there').choices(StageName.options))
  .option('--by <who>', 'who decided it, for the audit trace', words, 'unknown')
  .option('--reason <text>', 'why, for the audit trace', words, 'no reason given')
  .option('--json', 'print one JSON document')
  .addHelpText(
    'after',
    `
What failed it should be mended first. Safe to call twice, and for two people at once: each is taken up once.

Exit codes: 0 taken up, 1 not dead-lettered, resolved meanwhile or not readable, 2 no such incident or wrong usage.

Examples:
  $ interlock redrive HM-2026-05-17-01 --by anna --reason "the catalogue is back"
  $ interlock redrive --queue readiness --by anna --reason "deployed the fix"
  $ interlock incidents --status dead_lettered`,
  )
  .action(async (id: string | undefined, options: Options) => {
    printAnswer(await answer(id, options).catch(answerError), options.json === true)
  })
