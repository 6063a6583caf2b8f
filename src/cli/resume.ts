/** `interlock resume`: lifts an emergency stop, and lets go what no other stop covers. */
import { Command } from 'commander'
import { type Answer, answerError, printAnswer } from './answer.ts'
import { type OrderOptions, orderOptions, parseOrder } from './stop-order.ts'
import { withLedger } from './with-ledger.ts'

const PROGRESS_EVERY = 5000

/** A line on stderr every so often: letting go of 100,000 takes some seconds. */
const progressLines = () => {
  let next = PROGRESS_EVERY
  return (released: number) => {
    if (released < next) return
    next = released + PROGRESS_EVERY
    process.stderr.write(`released ${released} …\n`)
  }
}

const resume = async (options: OrderOptions): Promise<Answer> => {
  const order = parseOrder(options)
  const { changed, released, held, others } = await withLedger(async ({ ledger: { stops } }) => {
    const lifted = await stops.lift(order, new Date().toISOString(), progressLines())
    const { scopes, held } = await stops.sample()
    return { ...lifted, held, others: scopes.sort() }
  })
  const json = { engaged: false, changed, scope: order.scope, released, held, still_stopped: others }
  const left = `scope=${order.scope} released=${released} held=${held} still_stopped=${others.join(',') || 'none'}`
  if (changed || released > 0) return { exit: 0, json: { outcome: 'pass', ...json }, out: `RESUMED: ${left}` }
  const reason = `${order.scope} was not stopped; stopped are: ${others.join(', ') || 'none'}`
  return { exit: 1, json: { outcome: 'mismatch', ...json }, err: `NOT STOPPED: ${left}\n  - ${reason}` }
}

export const resumeCommand = orderOptions(new Command('resume'))
  .description('lift an emergency stop; what it held goes on, unless another stop covers it')
  .addHelpText(
    'after',
    `
Exit codes: 0 lifted, 1 this scope was not stopped, 2 wrong usage or no Redis. If it is cut off, call it again: what is
still held is let go, and what nobody lets go looks again by itself within 20 minutes.

Examples:
  $ interlock resume --by anna --reason "fixed in 1.4.2"
  $ interlock resume --scope service:appointments-api --by anna --reason "migration done"`,
  )
  .action(async (options: OrderOptions) => {
    printAnswer(await resume(options).catch(answerError), options.json === true)
  })
