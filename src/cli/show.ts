/** `interlock show ID`: everything about one incident, for a person. */
import { Command } from 'commander'
import { verifyChain } from '../shared/audit/verify-chain.ts'
import { incidentView } from '../shared/incident/incident-view.ts'
import { outsideFlip } from '../shared/incident/outside-flip.ts'
import { type Answer, printAnswer } from './answer.ts'
import { coloursFor } from './colours.ts'
import { readIncident } from './read-incident.ts'
import { renderIncident } from './show/render-incident.ts'

/** Where the output is no terminal, or one that does not know its width. */
const DEFAULT_WIDTH = 100

const show = async (id: string): Promise<Answer> => {
  const { incident, trace } = await readIncident(id)
  const page = { width: process.stdout.columns || DEFAULT_WIDTH, colours: coloursFor(process.stdout) }
  const shown = { chain: verifyChain(trace, incident), flip: outsideFlip(incident, trace) }
  return { exit: 0, json: incidentView(incident, trace), out: renderIncident(incident, shown, page) }
}

export const showCommand = new Command('show')
  .description('what happened to one incident, and why')
  .argument('<id>', 'an incident id')
  .option('--json', 'print one JSON document, the same as GET /incidents/<id>')
  .addHelpText('after', '\nExamples:\n  $ interlock show HM-2026-05-17-01\n  $ interlock show HM-2026-05-17-01 --json')
  .action(async (id: string, options: { json?: boolean }) => {
    printAnswer(await show(id), options.json === true)
  })
