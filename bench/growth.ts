/** `npm run growth`: what an incident costs while the ledger holds few and while it holds many. See bench/README.md. */
import { Command, InvalidArgumentError } from 'commander'
import { Redis } from 'ioredis'
import { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import { startRedis } from '../src/shared/redis-server.ts'
import { holdCopies } from './hold-copies.ts'
import { interlockEngine } from './interlock-engine.ts'
import { info, median, throughput } from './measure.ts'
import { wholeNumber } from './whole-number.ts'

const INSTALLATION = 'growth'

const counts = (text: string): number[] => {
  const held = text.split(',').map(Number)
  if (held.some((count, i) => !Number.isInteger(count) || count <= (held[i - 1] ?? 0)))
    throw new InvalidArgumentError('must be rising whole numbers, such as 1000,100000.')
  return held
}
const options = new Command('npm run growth --')
  .description('measure what an incident costs against how many the ledger holds; compare within one run')
  .option('--held <counts>', 'how many incidents are held', counts, [1000, 100_000, 500_000])
  .option('--incidents <n>', 'incidents per round', wholeNumber, 2000)
  .option('--rounds <n>', 'rounds at each count', wholeNumber, 3)
  .parse()
  .opts<{ held: number[]; incidents: number; rounds: number }>()

const progress = (text: string) => process.stderr.write(`${text}\n`)

/** What Redis and this process have computed so far, in ms. */
const computed = async (redis: Redis) => ({
  redis: ((await info(redis, 'cpu', 'used_cpu_user')) + (await info(redis, 'cpu', 'used_cpu_sys'))) * 1000,
  node: (process.cpuUsage().user + process.cpuUsage().system) / 1000,
})

const server = await startRedis({ NODE_ENV: 'test' })
const redis = new Redis(server.url, { maxRetriesPerRequest: null })
try {
  const ledger = new IncidentLedger(redis, INSTALLATION)
  let fed = 0
  const round = async (incidents = options.incidents) => {
    const engine = await interlockEngine(redis, INSTALLATION, 50)
    const [before, from] = [await computed(redis), fed]
    fed += incidents
    const numbered = { ...engine, feed: (n: number) => engine.feed(from + n) }
    const { commands_per_incident, incidents_per_second } = await throughput(numbered, redis, incidents)
    const after = await computed(redis)
    await engine.close()
    return {
      commands: commands_per_incident,
      redis_us: ((after.redis - before.redis) * 1000) / incidents,
      node_us: ((after.node - before.node) * 1000) / incidents,
      wall_us: 1e6 / incidents_per_second,
    }
  }
  for (let i = 0; i < 3; i++) await round()
  // What was for warming up is not held; one is, for the copies.
  await redis.flushall()
  await round(1)
  const rows = []
  let copies = 0
  for (const held of options.held) {
    const [bytes, already] = [await info(redis, 'memory', 'used_memory'), await redis.zcard(ledger.keys.ended)]
    const missing = Math.max(0, held - already)
    await holdCopies(redis, ledger.keys, copies, missing)
    copies += missing
    const bytesEach = ((await info(redis, 'memory', 'used_memory')) - bytes) / missing
    const rounds: Awaited<ReturnType<typeof round>>[] = []
    for (let i = 0; i < options.rounds; i++) rounds.push(await round())
    const middle = (name: keyof (typeof rounds)[number]) => median(rounds.map((one) => one[name]))
    const figures = [middle('commands'), middle('redis_us'), middle('node_us'), middle('wall_us')] as const
    rows.push({ held: Math.max(held, already), figures, bytesEach })
    progress(`held ${held}: ${figures.map((figure) => figure.toFixed(0)).join(' / ')}`)
  }
  const [first] = rows
  process.stdout.write('held     commands  Redis us    Node us     wall us     bytes each\n')
  for (const { held, figures, bytesEach } of rows) {
    const [commands, ...times] = figures
    const ratios = times.map((time, i) => `${time.toFixed(0)} (${(time / (first?.figures[i + 1] ?? 1)).toFixed(2)})`)
    const cells = [String(held).padEnd(8), commands.toFixed(1).padEnd(9), ...ratios.map((cell) => cell.padEnd(11))]
    process.stdout.write(`${cells.join(' ')} ${Number.isFinite(bytesEach) ? bytesEach.toFixed(0) : '-'}\n`)
  }
} finally {
  redis.disconnect()
  await server.stop()
}
