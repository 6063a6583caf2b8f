/** `interlock audit verify` and `audit export`: the hash chains, checked where they are or from an export. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { type ChainCheck, verifyChain } from '../shared/audit/verify-chain.ts'
import { AuditRecord } from '../shared/contracts/audit-record.ts'
import { everyIncident } from '../shared/ledger/every-incident.ts'
import { type IncidentLedger, IncidentUnreadable } from '../shared/ledger/incident-ledger.ts'
import { type Answer, answerError, CommandError, printAnswer } from './answer.ts'
import { withLedger } from './with-ledger.ts'

interface Verified {
  incidents: number
  records: number
  broken: { incident_id: string; problem: string }[]
}

const note = (verified: Verified, incident_id: string, records: number, { problem }: ChainCheck) => {
  verified.incidents++
  verified.records += records
  if (problem !== null) verified.broken.push({ incident_id, problem })
}

/** A record that cannot be read is as broken as one that was changed. */
const verifyOne = async (ledger: IncidentLedger, id: string, verified: Verified): Promise<void> => {
  try {
    const read = await ledger.read(id)
    if (read) note(verified, id, read.trace.length, verifyChain(read.trace, read.incident))
    else note(verified, id, 0, { intact: false, problem: 'the incident is listed but its record is gone' })
  } catch (error) {
    if (!(error instanceof IncidentUnreadable)) throw error
    note(verified, id, 0, { intact: false, problem: error.message })
  }
}

const verifyLedger = async (): Promise<Verified> => {
  const verified: Verified = { incidents: 0, records: 0, broken: [] }
  await withLedger(async ({ ledger }) => {
    for await (const id of everyIncident(ledger)) await verifyOne(ledger, id, verified)
  })
  return verified
}

/** One record a line, each incident's records together and in order, as `audit export` writes them. */
const verifyFile = async (file: string): Promise<Verified> => {
  const verified: Verified = { incidents: 0, records: 0, broken: [] }
  let records: AuditRecord[] = []
  const flush = () => {
    if (records[0]) note(verified, records[0].incident_id, records.length, verifyChain(records))
    records = []
  }
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
  let number = 0
  try {
    for await (const line of lines) {
      number++
      if (line.trim() === '') continue
      const record = AuditRecord.parse(JSON.parse(line))
      if (records[0] && records[0].incident_id !== record.incident_id) flush()
      records.push(record)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'EISDIR')
      throw new CommandError(
        'unreadable_file',
        `--file ${file}: cannot be read, name an export of "interlock audit export"`,
      )
    throw new CommandError('invalid_input', `--file ${file}: line ${number} is not an audit record`)
  }
  flush()
  return verified
}

const verify = async (file?: string): Promise<Answer> => {
  const { incidents, records, broken } = file === undefined ? await verifyLedger() : await verifyFile(file)
  const counted = `incidents=${incidents} records=${records}`
  if (broken.length === 0)
    return { exit: 0, json: { outcome: 'pass', incidents, records, broken }, out: `PASS ${counted}` }
  const reasons = broken.map(({ incident_id, problem }) => `  - audit_trace_incomplete: ${incident_id}: ${problem}`)
  return {
    exit: 1,
    json: { outcome: 'block', incidents, records, broken },
    err: [`BLOCK ${counted} broken=${broken.length}`, ...reasons].join('\n'),
  }
}

const exportTraces = async (): Promise<void> =>
  withLedger(async ({ ledger }) => {
    for await (const id of everyIncident(ledger))
      for (const record of (await ledger.read(id))?.trace ?? []) process.stdout.write(`${JSON.stringify(record)}\n`)
  })

export const auditCommand = new Command('audit')
  .description('verify the hash chains of all audit traces, or export them')
  .addHelpText(
    'after',
    '\nExamples:\n  $ interlock audit verify\n  $ interlock audit export > traces.jsonl\n  $ interlock audit verify --file traces.jsonl',
  )
auditCommand
  .command('verify')
  .description('check every chain: numbering, links, hashes, and (online) the stored head')
  .option('--file <file>', 'an export instead of the running installation')
  .option('--json', 'print one JSON document')
  .action(async (options: { file?: string; json?: boolean }) => {
    printAnswer(await verify(options.file).catch(answerError), options.json === true)
  })
auditCommand
  .command('export')
  .description('write every audit record to stdout, one JSON object a line')
  .action(() => exportTraces().catch((error) => printAnswer(answerError(error), false)))
