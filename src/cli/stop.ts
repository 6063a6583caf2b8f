/** `interlock stop`: from when it returns, no decision under the scope is recorded, on any worker; work waits. */
import { Command } from 'commander'
import { type Answer, answerError, printAnswer } from './answer.ts'
import { emptyInstallation } from './empty-installation.ts'
import { type OrderOptions, orderOptions, parseOrder } from './stop-order.ts'
import { withLedger } from './with-ledger.ts'

const stop = async (options: OrderOptions): Promise<Answer> => {
  const order = parseOrder(options)
  const { changed, stop, note } = await withLedger(async ({ ledger, config }) => ({
    ...(await ledger.stops.engage(order, new Date().toISOString())),
    // What keeps from looking does not make it uncertain that it is stopped.
    note: await ledger.accounting().then(
      (accounting) => emptyInstallation(accounting, config),
      () => [],
    ),
  }))
  const since = `since=${stop.at} by=${JSON.stringify(stop.by)} reason=${JSON.stringify(stop.reason)}`
  return {
    exit: 0,
    json: { outcome: 'pass', engaged: true, changed, scope: order.scope, ...stop },
    out: [`STOPPED: scope=${order.scope} ${since}${changed ? '' : ' (it was stopped already)'}`, ...note].join('\n'),
  }
}

export const stopCommand = orderOptions(new Command('stop'))
  .description('emergency stop: nothing passes that the scope covers, until "interlock resume"')
  .addHelpText(
    'after',
    `
Deliveries are still taken and incidents wait; what a scope does not cover goes on. action:<name> holds the dry-runs that
name the action. Exit codes: 0 it is stopped, 2 that is not certain: mend what the message says and stop again.

Examples:
  $ interlock stop --by anna --reason "restarts make it worse"
  $ interlock stop --scope service:appointments-api --by anna --reason "migration until 18:00"
  $ interlock stop --scope action:restart_pod --by anna --reason "crash loop"`,
  )
  .action(async (options: OrderOptions) => {
    printAnswer(await stop(options).catch(answerError), options.json === true)
  })
