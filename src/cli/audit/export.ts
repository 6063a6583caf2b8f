/** `interlock audit export`: every trace with its chain head into a file, whole or not at all. */
import { open, rename, rm, stat } from 'node:fs/promises'
import { Command } from 'commander'
import { everyTrace } from '../../shared/ledger/stored-traces.ts'
import { type Answer, answerError, CommandError, printAnswer } from '../answer.ts'
import { unwritable } from '../unwritable.ts'
import { withLedger } from '../with-ledger.ts'
import { exportLines } from './traces-in-file.ts'

/** `write` gets a function that appends; the file takes its place only when `write` has come to its end. */
const writeWhole = async (file: string, write: (append: (text: string) => Promise<void>) => Promise<void>) => {
  const draft = `${file}.${process.pid}.partial`
  const cannot = (error: Error): never => {
    throw unwritable(file, error)
  }
  // The rename takes the place of whatever stands there: for root, of /dev/null too.
  const there = await stat(file).catch(() => null)
  if (there && !there.isFile())
    throw new CommandError('unwritable_file', `--out '${file}' is no file: name one, which is there when it is whole`)
  const handle = await open(draft, 'w').catch(cannot)
  try {
    await write((text) => handle.appendFile(text).catch(cannot))
    await handle.sync().catch(cannot)
    await rename(draft, file).catch(cannot)
  } finally {
    await handle.close()
    await rm(draft, { force: true })
  }
}

const exportTraces = async (file: string): Promise<Answer> => {
  const done = { incidents: 0, records: 0 }
  await withLedger(({ redis, ledger }) =>
    writeWhole(file, async (append) => {
      for await (const stored of everyTrace(redis, ledger)) {
        await append(exportLines(stored))
        done.incidents++
        done.records += stored.trace.length
      }
    }),
  )
  const out = `exported incidents=${done.incidents} records=${done.records} to ${file}`
  return { exit: 0, json: { outcome: 'ok', ...done, file }, out }
}

export const exportCommand = new Command('export')
  .description('write every trace with its chain head to a file, one JSON object a line')
  .requiredOption('--out <file>', 'the file; it is there when it is complete, in place of an older one')
  .option('--json', 'print one JSON document')
  .addHelpText(
    'after',
    `
What cannot be read is exported as it was found: "audit verify --file" names it.

Examples:
  $ interlock audit export --out traces.jsonl
  $ interlock audit verify --file traces.jsonl`,
  )
  .action(async ({ out, json }: { out: string; json?: boolean }) => {
    printAnswer(await exportTraces(out).catch(answerError), json === true)
  })
