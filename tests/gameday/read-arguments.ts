/** What `npm run gameday` was asked for, or why it does not: the arguments and the environment, nothing else. */
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import type { Experiment } from './experiment.ts'

export interface Asked {
  experiments: readonly Experiment[]
  scale: number
  json?: string
}

/** Where there is nothing to play: what to print, and the exit code. */
export interface Told {
  exit: 0 | 2
  text: string
}

interface Options {
  all?: boolean
  list?: boolean
  enableChaos?: boolean
  timeScale: number
  json?: string
}

/** A minute becomes six seconds: about as short as the product's own five-second samples allow. */
const DEFAULT_SCALE = 0.1

const scaleOf = (text: string): number => {
  const scale = Number(text)
  if (!(scale >= 0.05 && scale <= 1)) throw new InvalidArgumentError('must be a number from 0.05 to 1.')
  return scale
}

const commandFor = () =>
  new Command('gameday')
    .description('do harm to an installation of its own, and see whether the right alert fires and everything recovers')
    .argument('[experiment...]', 'which ones; see --list')
    .option('--all', 'every experiment, one after the other')
    .option('--list', 'name them, do nothing')
    .option('--enable-chaos', 'required: processes are killed, frozen and overloaded on this machine')
    .option('--time-scale <n>', '1: the rules as they are; 0.1: ten times as fast', scaleOf, DEFAULT_SCALE)
    .option('--json <file>', 'write the result as JSON as well')
    .addHelpText(
      'after',
      `
It starts Redis, Prometheus, an API and workers of its own on loopback, never touches REDIS_URL, and stops all of them, also
after Ctrl-C. Exit codes: 0 every hypothesis held, 1 one did not or it was broken off, 2 refused.

Examples:
  $ npm run gameday -- --list
  $ npm run gameday -- redis-frozen --enable-chaos
  $ npm run gameday -- --all --enable-chaos --json gameday.json
  $ npm run gameday -- kill-switch-forgotten --enable-chaos --time-scale 1`,
    )
    .exitOverride()

const listOf = (known: readonly Experiment[]) =>
  known.map(({ name, alert, hypothesis }) => `${name} (${alert})\n    ${hypothesis}`).join('\n')

const refuse = (text: string): Told => ({ exit: 2, text: `gameday: ${text}` })

/** `argv` as commander takes it from a user; `known` are all experiments there are. */
export const readArguments = (
  argv: readonly string[],
  nodeEnv: string | undefined,
  known: readonly Experiment[],
): Asked | Told => {
  let written = ''
  const write = (text: string) => {
    written += text
  }
  const command = commandFor().configureOutput({ writeOut: write, writeErr: write })
  try {
    command.parse(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return { exit: error.exitCode === 0 ? 0 : 2, text: written.trimEnd() }
  }
  const { all, list, enableChaos, timeScale, json } = command.opts<Options>()
  if (list) return { exit: 0, text: listOf(known) }
  if (command.args.length > 0 === (all === true)) return refuse('name experiments, or give --all; --list shows them')
  const unknown = command.args.filter((name) => !known.some((one) => one.name === name))
  if (unknown.length > 0) return refuse(`there is no experiment ${unknown.join(', ')}; --list shows them`)
  if (nodeEnv === 'production')
    return refuse('NODE_ENV is production: harm is done on a machine where nobody is harmed; unset it there')
  if (!enableChaos)
    return refuse('processes will be killed, frozen and overloaded on this machine: give --enable-chaos if you mean it')
  const experiments = all ? known : known.filter(({ name }) => command.args.includes(name))
  return { experiments, scale: timeScale, ...(json !== undefined && { json }) }
}
