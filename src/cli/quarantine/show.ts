/** `interlock quarantine show ID`: why a delivery was not understood, and what of it may be kept. */
import { Command } from 'commander'
import type { QuarantineEntry } from '../../shared/contracts/quarantine.ts'
import { type Answer, answerError, printAnswer } from '../answer.ts'
import { withLedger } from '../with-ledger.ts'
import { entryUnknown, parseEntryId } from './entry-id.ts'

const KEPT = {
  redacted: '',
  unreadable: 'nothing of the body is kept: it could not be read',
  too_large: 'nothing of the body is kept: it is too large',
}

const takenAgain = ({ replayed }: QuarantineEntry): string[] =>
  replayed.map(({ at, by, reason, outcomes }) => {
    const counts = Object.entries(outcomes).map(([outcome, count]) => `${outcome}=${count}`)
    return `replayed at=${at} by=${JSON.stringify(by)} reason=${JSON.stringify(reason)} ${counts.join(' ')}`
  })

const shown = (entry: QuarantineEntry): string =>
  [
    `${entry.id} source=${entry.source} times=${entry.times} bytes=${entry.size_bytes} request_id=${entry.request_id}`,
    `received first=${entry.received_at} last=${entry.last_received_at}`,
    `sha256 of the body: ${entry.body_sha256}`,
    ...takenAgain(entry),
    'not understood:',
    ...entry.reasons.map((reason) => `  - ${reason}`),
    KEPT[entry.kept] || JSON.stringify(entry.body, null, 2),
  ].join('\n')

const show = async (text: string): Promise<Answer> => {
  const id = parseEntryId(text)
  const entry = await withLedger(({ ledger }) => ledger.quarantine.read(id))
  if (!entry) throw entryUnknown(id)
  return { exit: 0, json: entry, out: shown(entry) }
}

export const showCommand = new Command('show')
  .description('why a delivery was not understood, and its redacted body')
  .argument('<id>', 'an entry of the quarantine')
  .option('--json', 'print one JSON document')
  .addHelpText(
    'after',
    `
Exit codes: 0 shown, 2 no such entry or wrong usage.

Examples:
  $ interlock quarantine show Q-3f9c0a1b2c3d4e5f
  $ interlock quarantine show Q-3f9c0a1b2c3d4e5f --json | jq .body > payload.json`,
  )
  .action(async (id: string, options: { json?: boolean }) => {
    printAnswer(await show(id).catch(answerError), options.json === true)
  })
