/** `interlock incidents`: what there is, newest first. */
import { Command } from 'commander'
import { incidentSummary } from '../shared/incident/incident-view.ts'
import { IncidentQuery, listIncidents } from '../shared/ledger/list-incidents.ts'
import { listIssues } from '../shared/policy/explain-issues.ts'
import { type Answer, answerError, CommandError, printAnswer } from './answer.ts'
import { table } from './table.ts'
import { withLedger } from './with-ledger.ts'

interface Options {
  status?: string
  class?: string
  service?: string
  cursor?: string
  limit?: string
  json?: boolean
}

const incidents = async ({ json: _, ...options }: Options): Promise<Answer> => {
  const query = IncidentQuery.safeParse(options)
  if (!query.success) {
    const problems = listIssues(query.error, options).map(({ message, fix }) => `--${message}: ${fix}`)
    throw new CommandError('option_invalid', problems.join('; '))
  }
  const page = await withLedger(({ ledger }) => listIncidents(ledger, query.data))
  const rows = page.incidents.map(incidentSummary)
  const out =
    rows.length === 0
      ? 'no incidents'
      : table(
          ['INCIDENT', 'CLASS', 'SERVICE', 'SOURCES', 'STATUS', 'BLOCKERS', 'ACCEPTED'],
          rows.map((row) => [
            row.incident_id,
            row.incident_class,
            row.service,
            row.sources.join(', '),
            row.status,
            row.blockers.join(', '),
            row.accepted_at,
          ]),
        )
  const more = page.next_cursor && rows.length > 0 ? `\nmore: --cursor ${page.next_cursor}` : ''
  return { exit: 0, json: { incidents: rows, next_cursor: page.next_cursor }, out: out + more }
}

export const incidentsCommand = new Command('incidents')
  .description('list incidents, newest first')
  .option('--status <status>', 'only this status, e.g. blocked, awaiting_review, readiness')
  .option('--class <class>', 'only this incident class')
  .option('--service <service>', 'only this service')
  .option('--limit <n>', 'at most so many, 1 to 200 (50)')
  .option('--cursor <cursor>', 'continue where the page before ended')
  .option('--json', 'print one JSON document')
  .addHelpText(
    'after',
    '\nExamples:\n  $ interlock incidents --status blocked\n  $ interlock incidents --service appointments-api --json',
  )
  .action(async (options: Options) => {
    printAnswer(await incidents(options).catch(answerError), options.json === true)
  })
