/** `interlock token new`: a token for an operator, shown once, and the entry that lets it in. */
import { randomBytes } from 'node:crypto'
import { Command } from 'commander'
import { hashOf } from '../producers/operators/operator-tokens.ts'
import { OperatorToken } from '../shared/contracts/operator.ts'
import { type Answer, answerError, CommandError, printAnswer } from './answer.ts'

/** So that whoever finds one in a repository or a log knows what it is. */
const PREFIX = 'interlock_'

/** Throws CommandError `option_invalid`, naming every option that is wrong. */
export const newToken = (options: { name: string; role: string }): Answer => {
  const token = `${PREFIX}${randomBytes(32).toString('base64url')}`
  const { data: entry, error } = OperatorToken.safeParse({ ...options, sha256: hashOf(token) })
  if (!entry) {
    const problems = error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`)
    throw new CommandError('option_invalid', problems.join('; '))
  }
  const { name, role, sha256 } = entry
  return {
    exit: 0,
    json: { outcome: 'ok', token, entry },
    out: `- { name: ${JSON.stringify(name)}, role: ${role}, sha256: ${sha256} }`,
    err: `the token of ${name}, shown this once: ${token}`,
  }
}

const newCommand = new Command('new')
  .description('make a token: its entry goes to stdout, and the token itself, once, to stderr')
  .requiredOption('--name <who>', 'whose it is, as the audit trace will say it')
  .requiredOption('--role <role>', 'viewer, reviewer or operator; each may do what those before it may')
  .option('--json', 'print one JSON document, the token in it')
  .addHelpText(
    'after',
    `
The entry goes into OPERATOR_TOKENS_FILE, which a running API reads again within seconds. To renew a token add an entry with
the same name, hand the new token over, and remove the old entry.

Examples:
  $ interlock token new --name anna --role operator >> operator_tokens.yaml
  $ curl -H "authorization: Bearer $TOKEN" http://127.0.0.1:8080/incidents`,
  )
  .action(async ({ json, ...options }: { name: string; role: string; json?: boolean }) => {
    const make = async () => newToken(options)
    printAnswer(await make().catch(answerError), json === true)
  })

export const tokenCommand = new Command('token')
  .description('make tokens for operators of the API')
  .addCommand(newCommand)
  .addHelpText('after', '\nExamples:\n  $ interlock token new --name anna --role operator >> operator_tokens.yaml')
