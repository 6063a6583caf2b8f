/** `interlock status`: what is stopped since when and by whom, how much waits for it, and the last orders. */
import { Command } from 'commander'
import { SINCE_NOBODY_KNOWS } from '../shared/contracts/stop.ts'
import { type Answer, answerError, printAnswer } from './answer.ts'
import { table } from './table.ts'
import { withLedger } from './with-ledger.ts'

const sinceOf = (at: string): string => (at === SINCE_NOBODY_KNOWS ? 'unknown' : at)

const status = async (): Promise<Answer> => {
  const { stops, accounting } = await withLedger(async ({ ledger }) => ({
    stops: await ledger.stops.inForce(),
    accounting: await ledger.accounting(),
  }))
  const { engaged, held, log } = stops
  const inFlight = accounting.in_flight ?? 0
  const out = [
    engaged.length === 0 ? 'nothing is stopped' : `${engaged.length} stopped:`,
    ...(engaged.length === 0
      ? []
      : [
          table(
            ['SCOPE', 'SINCE', 'HELD', 'BY', 'REASON'],
            engaged.map(({ scope, at, held, by, reason }) => [scope, sinceOf(at), String(held), by, reason]),
          ),
        ]),
    `incidents in flight: ${inFlight}, of which held: ${held}`,
    ...(log.length === 0
      ? []
      : [
          'last orders:',
          table(
            ['AT', 'ORDER', 'SCOPE', 'BY', 'REASON'],
            log.map(({ at, order, scope, by, reason }) => [at, order, scope, by, reason]),
          ),
        ]),
  ]
  return { exit: 0, json: { ...stops, in_flight: inFlight }, out: out.join('\n') }
}

export const statusCommand = new Command('status')
  .description('what is stopped, since when and by whom, how much it holds, and the last orders')
  .option('--json', 'print one JSON document')
  .addHelpText('after', '\nExamples:\n  $ interlock status\n  $ interlock status --json')
  .action(async (options: { json?: boolean }) => {
    printAnswer(await status().catch(answerError), options.json === true)
  })
