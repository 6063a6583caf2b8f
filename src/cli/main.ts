/** The frame of the command line: finds the command, runs it, and turns whatever goes wrong into an answer. */
import { Command, CommanderError } from 'commander'
import about from '../../package.json' with { type: 'json' }
import { answerError, CommandError, printAnswer } from './answer.ts'
import { COMMANDS, type Commands } from './commands.ts'

const EXAMPLES = `
Examples:
  $ interlock demo
  $ interlock normalize --grafana grafana.json --pagerduty pagerduty.json
  $ interlock readiness --readiness readiness.json
  $ interlock dry-run --spec specify.md --action restart_pod
  $ interlock show HM-2026-05-17-01

Exit codes: 0 pass, 1 block or mismatch, 2 usage, unreadable or invalid input.
"interlock <command> --help" says more about one command; --json gives one JSON document on stdout.
`

/** `commander.unknownOption` becomes `unknown_option`; the message loses its prefix and says where to look. */
const asUsageError = (error: CommanderError, path: string): CommandError => {
  const code = error.code.replace('commander.', '').replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)
  const hint = `see "${path} --help"`
  if (code === 'help') return new CommandError('missing_command', `a command is missing; ${hint}`)
  return new CommandError(code, `${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}; ${hint}`)
}

/** Usage errors arrive as exceptions, from every command below this one too, and are printed by `printAnswer` alone. */
const adopt = (command: Command, asJson: boolean, path = command.name()): Command => {
  command
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : asUsageError(error, path)
    })
    .configureOutput({ outputError: () => {}, ...(asJson && { writeErr: () => {} }) })
  for (const sub of command.commands) adopt(sub, asJson, `${path} ${sub.name()}`)
  return command
}

const frame = (): Command => new Command('interlock').description(about.description).version(about.version)

const overview = (commands: Commands): Command => {
  const program = frame().usage('<command> [options]').addHelpText('after', EXAMPLES)
  for (const [name, { does }] of Object.entries(commands)) program.command(name).summary(does)
  return program
}

const run = async (args: readonly string[], asJson: boolean, commands: Commands): Promise<void> => {
  const [first = '', ...rest] = args[0] === 'help' ? [...args.slice(1), '--help'] : args
  const entry = Object.hasOwn(commands, first) ? commands[first] : undefined
  const program = entry ? frame().addCommand(await entry.load()) : overview(commands)
  // Help on a command that is none would be that on all of them, as if it were one.
  const known = entry || first.startsWith('-') ? [first, ...rest] : [first].filter(Boolean)
  await adopt(program, asJson).parseAsync(known, { from: 'user' })
}

/** `args` are those after the program's name. Never rejects: what went wrong is printed and in the exit code. */
export const main = async (args: readonly string[], commands: Commands = COMMANDS): Promise<void> => {
  const asJson = args.includes('--json')
  const fail = (error: unknown): void => printAnswer(answerError(error), asJson)
  for (const event of ['uncaughtException', 'unhandledRejection'])
    process.on(event, (error) => {
      fail(error)
      process.exit()
    })
  // An answer that nobody got is not a pass. Where the reader went away (`| head`) there is nobody to tell.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (stream === process.stdout && code !== 'EPIPE')
        process.stderr.write(`interlock: the answer cannot be written (${code})\n`)
      process.exit(process.exitCode || 2)
    })
  // A command whose wait can never end leaves Node nothing to do, and Node would call that success.
  const unfinished = (): void => fail(new Error('the command ended without an answer'))
  process.once('beforeExit', unfinished)
  try {
    await run(args, asJson, commands)
  } catch (error) {
    // Help that was asked for is no failure.
    if (!(error instanceof CommanderError)) fail(error)
  }
  process.off('beforeExit', unfinished)
}
