/** `interlock quarantine list`: what was not understood, last delivered first. */
import { Command } from 'commander'
import type { QuarantineEntry } from '../../shared/contracts/quarantine.ts'
import { MOST_QUARANTINED } from '../../shared/ledger/quarantine.ts'
import { findSource, SOURCES } from '../../shared/sources/index.ts'
import { type Answer, answerError, CommandError, printAnswer } from '../answer.ts'
import { table } from '../table.ts'
import { withLedger } from '../with-ledger.ts'

interface Options {
  source?: string
  limit: string
  json?: boolean
}

const rowOf = ({ id, source, last_received_at, times, size_bytes, reasons, kept, replayed }: QuarantineEntry) => ({
  ...{ id, source, last_received_at, times, size_bytes, kept, reasons },
  replayed_at: replayed.at(-1)?.at ?? null,
})

/** As entries name it; an address may be written with hyphens. */
const namedSource = (address: string): string => {
  if (address.startsWith('custom:')) return address
  const name = address.replaceAll('-', '_')
  if (findSource(name)) return name
  throw new CommandError(
    'option_invalid',
    `--source is "${address}": must be custom:<name> for a mapping, or one of ${SOURCES.map((one) => one.name).join(', ')}`,
  )
}

const list = async ({ source, limit }: Options): Promise<Answer> => {
  const most = Number(limit)
  if (!Number.isInteger(most) || most < 1 || most > MOST_QUARANTINED)
    throw new CommandError(
      'option_invalid',
      `--limit is "${limit}": must be a whole number from 1 to ${MOST_QUARANTINED}`,
    )
  const only = source === undefined ? undefined : namedSource(source)
  const { entries, unreadable, kept } = await withLedger(async ({ ledger: { quarantine } }) => ({
    ...(await quarantine.list(only === undefined ? most : MOST_QUARANTINED)),
    kept: await quarantine.count(),
  }))
  const rows = entries
    .filter((entry) => only === undefined || entry.source === only)
    .slice(0, most)
    .map(rowOf)
  const out =
    rows.length === 0
      ? 'nothing is in quarantine'
      : table(
          ['ID', 'SOURCE', 'RECEIVED', 'TIMES', 'BYTES', 'REPLAYED', 'REASON'],
          rows.map(
            ({ id, source: of, last_received_at, times, size_bytes, replayed_at, reasons: [first = '', ...more] }) => [
              ...[id, of, last_received_at, String(times), String(size_bytes), replayed_at ?? '-'],
              more.length > 0 ? `${first} (and ${more.length} more)` : first,
            ],
          ),
        )
  const rest = kept > rows.length ? `\n${kept} are kept in all` : ''
  const json = { kept, entries: rows, unreadable }
  if (unreadable.length === 0) return { exit: 0, json, out: out + rest }
  return { exit: 0, json, out: out + rest, err: `cannot be read: ${unreadable.join(', ')}` }
}

export const listCommand = new Command('list')
  .description('what was not understood, last delivered first')
  .option('--source <source>', 'only this source, as in its address, e.g. grafana or custom:beacon')
  .option('--limit <n>', `at most so many, 1 to ${MOST_QUARANTINED}`, '50')
  .option('--json', 'print one JSON document')
  .addHelpText(
    'after',
    `
Exit codes: 0 listed, also when there is nothing, 2 wrong usage or Redis does not answer.

Examples:
  $ interlock quarantine list
  $ interlock quarantine list --source custom:beacon --json`,
  )
  .action(async (options: Options) => {
    printAnswer(await list(options).catch(answerError), options.json === true)
  })
