/** `interlock trace ID`: the audit records of one incident, for a person, with the state of their chain. */
import { Command } from 'commander'
import { verifyChain } from '../shared/audit/verify-chain.ts'
import { type Answer, answerError, printAnswer } from './answer.ts'
import { readIncident } from './read-incident.ts'
import { table } from './table.ts'

const trace = async (id: string): Promise<Answer> => {
  const { incident, trace: records } = await readIncident(id)
  const { intact, problem } = verifyChain(records, incident)
  const out = table(
    ['SEQ', 'AT', 'EVENT', 'ACTOR', 'HASH', 'CHANGED'],
    records.map(({ seq, at, event, actor, hash, decision_diff }) => [
      String(seq),
      at,
      event,
      actor,
      hash.slice(0, 12),
      Object.entries(decision_diff)
        .map(([field, [before, after]]) => `${field}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`)
        .join('; '),
    ]),
  )
  return {
    exit: intact ? 0 : 1,
    json: { incident_id: id, intact, problem, records },
    out,
    ...(!intact && { err: `BLOCK: the chain of ${id} is broken\n  - audit_trace_incomplete: ${problem}` }),
  }
}

export const traceCommand = new Command('trace')
  .description('the audit records of one incident, in order')
  .argument('<id>', 'an incident id')
  .option('--json', 'print one JSON document')
  .addHelpText(
    'after',
    '\nExit code 1 when the hash chain is broken.\n\nExamples:\n  $ interlock trace HM-2026-05-17-01',
  )
  .action(async (id: string, options: { json?: boolean }) => {
    printAnswer(await trace(id).catch(answerError), options.json === true)
  })
