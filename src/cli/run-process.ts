/** Runs a long-running process to its end, and then ends Node with it: nothing that hangs on may outlive the drain. */
import { type Config, type Environment, loadConfig } from '../shared/config.ts'
import { answerError, printAnswer } from './answer.ts'
import { redisUrlOf, withAddress } from './with-ledger.ts'

/** `needs`: what this process asks of the environment beyond what all of them do. */
export const runProcess = async (
  run: (config: Config, redisUrl: string) => Promise<void>,
  needs?: (set: Environment) => string[],
): Promise<never> => {
  try {
    const config = loadConfig(undefined, needs)
    const redisUrl = redisUrlOf(config)
    await run(config, redisUrl).catch((error) => {
      throw withAddress(error, redisUrl)
    })
  } catch (error) {
    printAnswer(answerError(error), false)
  }
  return process.exit()
}
