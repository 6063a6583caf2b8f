/** Requests made up from the API's document for as long as asked: `npm run test:api`. Ends with a table. */
import { Command } from 'commander'
import fc from 'fast-check'
import { table } from '../../src/cli/table.ts'
import { loadConfig } from '../../src/shared/config.ts'
import { startRedis } from '../../src/shared/redis-server.ts'
import { positive } from '../support/positive.ts'
import { nameOf, openAskedApi } from './asked-api.ts'
import { DESCRIBED, type Described } from './document.ts'

const REQUESTS_A_TURN = 200

const options = new Command('test:api')
  .description('ask every operation of docs/openapi.json whatever can be asked, and hold the answers to it')
  .option('--minutes <n>', 'how long', positive, 1)
  .option('--seed <n>', 'the same seed makes the same requests in the same order', positive, Date.now() % 1_000_000)
  .addHelpText(
    'after',
    '\nExit codes: 0 nothing found, 1 something found, 2 wrong usage.\n\nExample:\n  $ npm run test:api -- --minutes 5 --seed 7',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()
  .opts<{ minutes: number; seed: number }>()

const started = Date.now()
const say = (text: string) =>
  process.stderr.write(`${new Date(Date.now() - started).toISOString().slice(11, 19)}  ${text}\n`)

say(`seed ${options.seed}, ${DESCRIBED.length} operations, ${options.minutes} minutes`)
const redis = await startRedis(loadConfig())
const api = await openAskedApi(redis.url)
const tally = new Map(DESCRIBED.map((described) => [described, { requests: 0, failures: 0 }]))

/** What fails is made small before it is told. */
const turn = async (described: Described, seed: number): Promise<void> => {
  const count = tally.get(described)
  if (!count) return
  const asked = fc.asyncProperty(api.requestsTo(described), async (request) => {
    count.requests++
    const breach = await api.breachOf(request)
    if (breach !== null) throw new Error(breach)
  })
  const { failed, errorInstance } = await fc.check(asked, { seed, numRuns: REQUESTS_A_TURN })
  if (!failed) return
  count.failures++
  say(String(errorInstance))
}

for (let round = 0; Date.now() < started + options.minutes * 60_000; round++)
  for (const [index, described] of DESCRIBED.entries())
    await turn(described, options.seed * 100_000 + round * DESCRIBED.length + index)
await api.close()
await redis.stop()

const rows = [...tally].map(([described, { requests, failures }]) => {
  const statuses = [...api.seen(described)].sort().join(' ')
  return [nameOf(described), String(requests), statuses, String(failures)]
})
process.stdout.write(`${table(['OPERATION', 'REQUESTS', 'ANSWERED', 'FAILURES'], rows)}\n`)
process.exitCode = [...tally.values()].some(({ failures }) => failures > 0) ? 1 : 0
