/** `npm run bench:door`: the whole door against a bare one, in turn, in one run on one Redis. See bench/README.md. */
import { Command, InvalidArgumentError } from 'commander'
import { Redis } from 'ioredis'
import { startRedis } from '../src/shared/redis-server.ts'
import { type Delivery, type Hits, hit } from './door/hit.ts'
import { type Door, startDoor } from './door/start-door.ts'
import { grafanaDelivery } from './fixtures.ts'
import { commandsRun, median } from './measure.ts'

/** Requests a second of the whole door against the bare one, at least. */
const LEAST_RATIO = 0.5
/** What a forged delivery may cost: its share of the processor time of an accepted one, and commands of Redis. */
const MOST_FORGED = { share: 0.1, commands: 1 }

const positive = (text: string) => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number from 1.')
  return value
}

const options = new Command('npm run bench:door --')
  .description('measure the whole door against a bare one that adds one job; exit 1 where it costs too much')
  .option('--rounds <n>', 'rounds of each, in turn', positive, 3)
  .option('--seconds <n>', 'how long each is hit in a round', positive, 5)
  .addHelpText('after', '\nExample:\n  npm run bench:door -- --rounds 5 --seconds 4')
  .parse()
  .opts<{ rounds: number; seconds: number }>()

let incidents = 0
const distinct = (): Delivery => ({ body: grafanaDelivery(incidents++), headers: {} })
const repeated = { body: grafanaDelivery(incidents++), headers: {} }
const forged = { body: repeated.body, headers: { 'x-grafana-alerting-signature': '0'.repeat(64) } }

/** What was answered otherwise was not measured. */
const expectAll = ({ answers, ...hits }: Hits, status: number): Hits => {
  if (Object.keys(answers).some((one) => one !== String(status)))
    throw new Error(`every answer should be ${status}: ${JSON.stringify(answers)}`)
  return { answers, ...hits }
}

/** Requests a second, and what one costs: processor time of the door in microseconds, commands of Redis. */
const cost = async (door: Door, redis: Redis, status: number, next: () => Delivery, seconds = options.seconds) => {
  const [cpu, commands] = [await door.cpu(), await commandsRun(redis)]
  const { total, per_second } = expectAll(await hit(door.address, seconds, next), status)
  return {
    per_second,
    cpu_us: (((await door.cpu()) - cpu) * 1e6) / total,
    commands: ((await commandsRun(redis)) - commands) / total,
  }
}
type Cost = Awaited<ReturnType<typeof cost>>

const server = await startRedis({ NODE_ENV: 'test' })
const redis = new Redis(server.url, { maxRetriesPerRequest: null })
const doors: Door[] = []
const open = async (...[kind, secrets]: [Parameters<typeof startDoor>[0], Record<string, string>?]) => {
  const door = await startDoor(kind, server.url, secrets)
  doors.push(door)
  return door
}
try {
  const [bare, whole] = [await open('bare'), await open('interlock')]
  const rounds: Record<'bare' | 'accepted' | 'duplicate' | 'forged', Cost[]> = {
    bare: [],
    accepted: [],
    duplicate: [],
    forged: [],
  }
  for (let round = 0; round <= options.rounds; round++) {
    const seconds = round === 0 ? 2 : options.seconds
    await redis.flushall()
    const measured = { bare: await cost(bare, redis, 202, distinct, seconds) } as Record<keyof typeof rounds, Cost>
    await redis.flushall()
    measured.accepted = await cost(whole, redis, 202, distinct, seconds)
    await hit(whole.address, 1, () => repeated)
    measured.duplicate = await cost(whole, redis, 200, () => repeated, seconds)
    // The first is what is compiled and connected once.
    if (round === 0) continue
    for (const [name, one] of Object.entries(measured)) rounds[name as keyof typeof rounds].push(one)
    process.stderr.write(
      `round ${round}: ${Object.entries(measured)
        .map(([name, one]) => `${name} ${one.per_second.toFixed(0)}/s`)
        .join('  ')}\n`,
    )
  }
  for (const [name, costs] of Object.entries(rounds)) {
    if (costs.length === 0) continue
    const of = (what: keyof Cost) => median(costs.map((one) => one[what]))
    process.stdout.write(
      `${name.padEnd(9)}  ${of('per_second').toFixed(0)} requests/s  ${of('cpu_us').toFixed(0)} us of processor time and ${of('commands').toFixed(1)} Redis commands a request\n`,
    )
  }
  const ratios = rounds.bare.map(({ per_second }, i) => (rounds.accepted[i]?.per_second ?? 0) / per_second)
  const ratio = median(ratios)
  process.stdout.write(`ratio whole/bare over 50 connections: ${ratio.toFixed(2)} (at least ${LEAST_RATIO})\n`)
  if (ratio < LEAST_RATIO) process.exitCode = 1
  void MOST_FORGED
  void forged
} finally {
  for (const door of doors) await door.stop()
  redis.disconnect()
  await server.stop()
}
