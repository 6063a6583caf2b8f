/** `interlock doctor`: looks at the set-up, says what to fix, and never changes anything. */
import { Command } from 'commander'
import { type Config, loadConfig, withoutSecrets } from '../shared/config.ts'
import { describeAccounting, imbalance } from '../shared/ledger/accounting.ts'
import { IncidentLedger } from '../shared/ledger/incident-ledger.ts'
import { connectProducer, whenReady } from '../shared/queue/redis.ts'
import { type Answer, printAnswer } from './answer.ts'
import { type Check, failed, isAtLeast, ok } from './doctor/check.ts'
import { policyChecks } from './doctor/policy-checks.ts'
import { redisChecks } from './doctor/redis-checks.ts'
import { messageOf } from './takes-no-writes.ts'
import { redisUrlOf } from './with-ledger.ts'

const NEEDED_NODE = '20.19'
const REDIS_DEADLINE_MS = 3000

const nodeCheck = (version: string): Check =>
  isAtLeast(version, NEEDED_NODE)
    ? ok('node', `${version} (needs ${NEEDED_NODE})`)
    : failed('node', `${version} is too old`, `install Node ${NEEDED_NODE} or newer`)

const configCheck = ({ NODE_ENV, QUEUE_PREFIX, POLICY_DIR }: Config): Check =>
  ok('configuration', `NODE_ENV=${NODE_ENV} QUEUE_PREFIX=${QUEUE_PREFIX} POLICY_DIR=${POLICY_DIR}`)

const accountingCheck = ({ counters, open }: { counters: Record<string, number>; open: number }): Check => {
  const [missing, described] = [imbalance(counters), `${describeAccounting(counters)} open=${open}`]
  const fix = 'keep the Redis as it is and compare "interlock incidents" with the API\'s log: this must never happen'
  if (missing !== 0) return failed('accounting', `${missing} alerts are unaccounted for (${described})`, fix)
  if (open !== (counters.in_flight ?? 0))
    return failed('accounting', `in_flight is not the number of incidents that are open (${described})`, fix)
  return ok('accounting', described)
}

const unreadBooks = (error: Error): Check =>
  failed(
    'accounting',
    `cannot be read: ${messageOf(error)}`,
    'mend what the other checks of Redis say, then look again',
  )

const installationChecks = async (config: Config): Promise<Check[]> => {
  const url = redisUrlOf(config)
  const redis = connectProducer(url)
  redis.on('error', () => {}) // reaches us through the command that fails
  try {
    await whenReady(redis, REDIS_DEADLINE_MS)
    const info = await redis.info()
    const books = new IncidentLedger(redis, config.QUEUE_PREFIX).books()
    const accounting = await books.then(accountingCheck, unreadBooks)
    return [ok('redis', `${withoutSecrets(url)} answers`), ...redisChecks(info, url), accounting]
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return [failed('redis', `${withoutSecrets(url)}: ${reason}`, 'start it, or set REDIS_URL to the one that runs')]
  } finally {
    redis.disconnect()
  }
}

const text = (check: Check): string =>
  [
    `${check.status.padEnd(8)} ${check.name}: ${check.found}`,
    ...('fix' in check ? [`         fix: ${check.fix}`] : []),
  ].join('\n')

const answerOf = (checks: readonly Check[]): Answer => {
  const count = (status: Check['status']) => checks.filter((check) => check.status === status).length
  const summary = `checks=${checks.length} failed=${count('failed')} warnings=${count('warning')}`
  const json = { outcome: count('failed') === 0 ? 'pass' : 'block', checks }
  const out = checks.map(text).join('\n')
  if (count('failed') === 0) return { exit: 0, json, out: `${out}\nPASS ${summary}` }
  return { exit: 1, json, out, err: `BLOCK ${summary}` }
}

/** Throws ConfigError when the environment itself cannot be used: then there is nothing to look at. */
const doctor = async (): Promise<Answer> => {
  const config = loadConfig()
  const [policies, installation] = await Promise.all([
    policyChecks(config, new Date().toISOString()),
    installationChecks(config),
  ])
  return answerOf([nodeCheck(process.versions.node), configCheck(config), ...policies, ...installation])
}

export const doctorCommand = new Command('doctor')
  .description('check the set-up and say what to fix')
  .option('--json', 'print one JSON document')
  .addHelpText(
    'after',
    `
Looks at Node, the environment, the policy folder, Prometheus and every question a policy has for it, Redis (version, role, eviction,
persistence) and whether every alert is accounted for. Changes nothing.

Exit codes: 0 all is well (warnings allowed), 1 something must be fixed, 2 the environment cannot be used.

Examples:
  $ interlock doctor
  $ REDIS_URL=redis://redis.internal:6379 interlock doctor --json`,
  )
  .action(async ({ json }: { json?: boolean }) => {
    printAnswer(await doctor(), json === true)
  })
