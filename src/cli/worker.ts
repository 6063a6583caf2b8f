/** `interlock worker [stage…]`: the workers of the stages named, all three if none, in the foreground. */
import { Argument, Command } from 'commander'
import { StageName } from '../shared/contracts/audit-record.ts'
import { work } from '../workers/main.ts'
import { runProcess } from './run-process.ts'

export const workerCommand = new Command('worker')
  .description('run the workers of the stages named (all three if none) until told to stop')
  .addArgument(new Argument('[stage...]', 'the stages to work on').choices(StageName.options))
  .addHelpText(
    'after',
    `
Any number of processes may run, on any number of hosts; probes and metrics are on WORKER_PORT (9464, 0 = any free one).

Examples:
  $ interlock worker
  $ WORKER_PORT=0 interlock worker normalize readiness
  $ WORKER_PORT=0 WORKER_CONCURRENCY=10 interlock worker dry-run`,
  )
  .action((stages: StageName[]) =>
    runProcess((config, redisUrl) => work(config, redisUrl, stages.length > 0 ? stages : StageName.options)),
  )
