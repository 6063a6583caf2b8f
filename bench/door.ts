/** `npm run bench:door`: the whole door against a bare one, in turn, in one run on one Redis. See bench/README.md. */
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { Redis } from 'ioredis'
import { startRedis } from '../src/shared/redis-server.ts'
import { type Delivery, type Hits, hit } from './door/hit.ts'
import { type Door, startDoor } from './door/start-door.ts'
import { grafanaDelivery } from './fixtures.ts'
import { commandsRun, info, median } from './measure.ts'
import { wholeNumber } from './whole-number.ts'

/** Requests a second of the whole door against the bare one, at least. */
const LEAST_RATIO = 0.5
/** What a forged delivery may cost: its share of the processor time, door and Redis, of an accepted one; commands of Redis. */
const MOST_FORGED = { share: 0.1, commands: 1 }

const options = new Command('npm run bench:door --')
  .description('measure the whole door against a bare one that adds one job; exit 1 where it costs too much')
  .option('--rounds <n>', 'rounds of each, in turn', wholeNumber, 3)
  .option('--seconds <n>', 'how long each is hit in a round', wholeNumber, 5)
  .addHelpText('after', '\nExample:\n  npm run bench:door -- --rounds 5 --seconds 4')
  .parse()
  .opts<{ rounds: number; seconds: number }>()

const SECRET = 'door-bench-not-a-secret'
const SIGNATURE = 'x-grafana-alerting-signature'
const signed = (body: Buffer): Delivery => ({
  body,
  headers: { [SIGNATURE]: createHmac('sha256', SECRET).update(body).digest('hex') },
})
let incidents = 0
const distinct = () => signed(grafanaDelivery(incidents++))
const repeated = distinct()
const forged = { ...repeated, headers: { [SIGNATURE]: '0'.repeat(64) } }

/** What was answered otherwise was not measured. */
const expectAll = ({ answers, ...hits }: Hits, status: number): Hits => {
  if (Object.keys(answers).some((one) => one !== String(status)))
    throw new Error(`every answer should be ${status}: ${JSON.stringify(answers)}`)
  return { answers, ...hits }
}

/** Processor time that Redis has used, in seconds. */
const redisCpu = async (redis: Redis) =>
  (await info(redis, 'cpu', 'used_cpu_user')) + (await info(redis, 'cpu', 'used_cpu_sys'))

/** Requests a second, and what one costs: processor time of the door and of Redis in microseconds, commands of Redis. */
const cost = async (door: Door, redis: Redis, status: number, next: () => Delivery, seconds: number) => {
  const [doorBefore, redisBefore, commands] = [await door.cpu(), await redisCpu(redis), await commandsRun(redis)]
  const { total, per_second } = expectAll(await hit(door.address, seconds, next), status)
  const door_us = (((await door.cpu()) - doorBefore) * 1e6) / total
  const redis_us = (((await redisCpu(redis)) - redisBefore) * 1e6) / total
  return {
    ...{ per_second, door_us, redis_us, both_us: door_us + redis_us },
    commands: ((await commandsRun(redis)) - commands) / total,
  }
}
type Cost = Awaited<ReturnType<typeof cost>>

const server = await startRedis({ NODE_ENV: 'test' })
const redis = new Redis(server.url, { maxRetriesPerRequest: null })
const doors: Door[] = []
const folder = mkdtempSync(join(tmpdir(), 'interlock-door-'))
const secrets = join(folder, 'secrets.yaml')
writeFileSync(secrets, `sources: { grafana: { signature: { secrets: [${SECRET}] } } }\nclosed: others\n`)
const open = async (kind: Parameters<typeof startDoor>[0]) => {
  const door = await startDoor(kind, { REDIS_URL: server.url, WEBHOOK_SECRETS_FILE: secrets })
  doors.push(door)
  return door
}
const KINDS = ['bare', 'accepted', 'duplicate', 'forged'] as const
type Kind = (typeof KINDS)[number]
const rounds: Record<Kind, Cost[]> = { bare: [], accepted: [], duplicate: [], forged: [] }
const round = async ({ bare, whole }: Record<'bare' | 'whole', Door>, seconds: number): Promise<Record<Kind, Cost>> => {
  await redis.flushall()
  const floor = await cost(bare, redis, 202, distinct, seconds)
  await redis.flushall()
  const accepted = await cost(whole, redis, 202, distinct, seconds)
  await hit(whole.address, 1, () => repeated)
  const duplicate = await cost(whole, redis, 200, () => repeated, seconds)
  return { bare: floor, accepted, duplicate, forged: await cost(whole, redis, 401, () => forged, seconds) }
}
try {
  const pair = { bare: await open('bare'), whole: await open('interlock') }
  // First what is compiled and connected once.
  await round(pair, 2)
  for (let n = 1; n <= options.rounds; n++) {
    const measured = await round(pair, options.seconds)
    for (const kind of KINDS) rounds[kind].push(measured[kind])
    const speeds = KINDS.map((kind) => `${kind} ${measured[kind].per_second.toFixed(0)}/s`)
    process.stderr.write(`round ${n}/${options.rounds}  ${speeds.join('  ')}\n`)
  }
  const figure = (kind: Kind, what: keyof Cost) => median(rounds[kind].map((one) => one[what]))
  for (const kind of KINDS) {
    const [whole, door, inRedis] = (['both_us', 'door_us', 'redis_us'] as const).map((what) =>
      figure(kind, what).toFixed(0),
    )
    const spent = `${whole} us of processor time (door ${door}, Redis ${inRedis})`
    const commands = figure(kind, 'commands').toFixed(1)
    process.stdout.write(
      `${kind.padEnd(9)}  ${figure(kind, 'per_second').toFixed(0)} requests/s  ${spent} and ${commands} Redis commands a request\n`,
    )
  }
  const ratio = median(rounds.bare.map((bare, n) => (rounds.accepted[n]?.per_second ?? 0) / bare.per_second))
  const share = figure('forged', 'both_us') / figure('accepted', 'both_us')
  const ofDoor = figure('forged', 'door_us') / figure('accepted', 'door_us')
  const commands = figure('forged', 'commands')
  process.stdout.write(`ratio whole/bare over 50 connections: ${ratio.toFixed(2)} (at least ${LEAST_RATIO})\n`)
  process.stdout.write(
    `forged/accepted: ${share.toFixed(2)} of the processor time (at most ${MOST_FORGED.share}; of the door's alone ${ofDoor.toFixed(2)}), ${commands.toFixed(1)} Redis commands (at most ${MOST_FORGED.commands})\n`,
  )
  if (ratio < LEAST_RATIO || share > MOST_FORGED.share || commands > MOST_FORGED.commands) process.exitCode = 1
} finally {
  for (const door of doors) await door.stop()
  rmSync(folder, { recursive: true })
  redis.disconnect()
  await server.stop()
}
