/** Runs a long-running process to its end, and then ends Node with it: nothing that hangs on may outlive the drain. */
import { type Config, loadConfig } from '../shared/config.ts'
import { answerError, printAnswer } from './answer.ts'
import { redisUrlOf } from './with-ledger.ts'

export const runProcess = async (run: (config: Config, redisUrl: string) => Promise<void>): Promise<never> => {
  try {
    const config = loadConfig()
    await run(config, redisUrlOf(config))
  } catch (error) {
    printAnswer(answerError(error), false)
  }
  return process.exit()
}
