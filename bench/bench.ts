/** `npm run bench`: the real pipeline against the bare engine, in turn, in one run on one Redis. See bench/README.md. */
import { writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { Redis } from 'ioredis'
import { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import { startRedis } from '../src/shared/redis-server.ts'
import { bareEngine } from './bare-engine.ts'
import { interlockEngine } from './interlock-engine.ts'
import { type Engine, type Latency, latency, median, type Throughput, throughput } from './measure.ts'
import { replayRuns } from './replay-runs.ts'
import { wholeNumber } from './whole-number.ts'
import { workerMemory } from './worker-memory.ts'

const options = new Command('npm run bench --')
  .description('measure the pipeline against the bare engine; compare the ratios, never the absolute figures')
  .option('--incidents <n>', 'incidents per round', wholeNumber, 5000)
  .option('--rounds <n>', 'rounds of each engine, in turn', wholeNumber, 3)
  .option('--concurrency <n>', 'jobs a stage works on at once', wholeNumber, 50)
  .option('--rate <n>', 'incidents a second for the latency', wholeNumber, 100)
  .option('--seconds <n>', 'how long to measure latency', wholeNumber, 10)
  .option('--worker-memory <n>', 'also the highest memory of one worker process over so many incidents', wholeNumber)
  .option('--replay <n>', 'also the time and the highest memory of a replay of so many incidents', wholeNumber)
  .option('--json <file>', 'write the figures as JSON as well')
  .parse()
  .opts<{
    incidents: number
    rounds: number
    concurrency: number
    rate: number
    seconds: number
    workerMemory?: number
    replay?: number
    json?: string
  }>()

const ENGINES = {
  bare: async (redis: Redis, concurrency: number): Promise<Engine> => bareEngine(redis, 'bench', concurrency),
  interlock: (redis: Redis, concurrency: number): Promise<Engine> => interlockEngine(redis, 'bench', concurrency),
}
type EngineName = keyof typeof ENGINES
const NAMES = Object.keys(ENGINES) as EngineName[]

const progress = (text: string) => process.stderr.write(`${text}\n`)

/** A fresh database for every measurement, so that none pays for what another left behind. */
const withEngine = async <Result>(
  name: EngineName,
  url: string,
  measure: (engine: Engine, redis: Redis) => Promise<Result>,
): Promise<Result> => {
  const redis = new Redis(url, { maxRetriesPerRequest: null })
  await redis.flushall()
  const engine = await ENGINES[name](redis, options.concurrency)
  try {
    return await measure(engine, redis)
  } finally {
    await engine.close()
    redis.disconnect()
  }
}

const server = await startRedis({ NODE_ENV: 'test' })
try {
  const rounds: Record<EngineName, Throughput[]> = { bare: [], interlock: [] }
  const latencies: Partial<Record<EngineName, Latency>> = {}
  for (const name of NAMES) await withEngine(name, server.url, (engine, redis) => throughput(engine, redis, 500))
  for (let round = 1; round <= options.rounds; round++)
    for (const name of NAMES) {
      const result = await withEngine(name, server.url, (engine, redis) => throughput(engine, redis, options.incidents))
      rounds[name].push(result)
      progress(
        `round ${round}/${options.rounds}  ${name.padEnd(9)} ${result.incidents_per_second.toFixed(0)} incidents/s`,
      )
    }
  for (const name of NAMES) {
    progress(`latency at ${options.rate}/s for ${options.seconds} s: ${name}`)
    latencies[name] = await withEngine(name, server.url, (engine) => latency(engine, options.rate, options.seconds))
  }

  const workerMb =
    options.workerMemory === undefined
      ? undefined
      : await withEngine('interlock', server.url, (engine, redis) => {
          progress(`memory of one worker process over ${options.workerMemory} incidents`)
          return workerMemory(engine, new IncidentLedger(redis, 'bench'), redis, 'bench', options.workerMemory ?? 0)
        })

  const replays =
    options.replay === undefined
      ? []
      : await withEngine('interlock', server.url, (engine, redis) => {
          progress(`replay of ${options.replay} incidents`)
          return replayRuns(engine, redis, 'bench', options.replay ?? 0)
        })

  const figure = (name: EngineName) => ({
    incidents_per_second: Math.round(median(rounds[name].map((round) => round.incidents_per_second))),
    commands_per_incident: Math.round(median(rounds[name].map((round) => round.commands_per_incident))),
    bytes_per_incident: Math.round(median(rounds[name].map((round) => round.bytes_per_incident))),
    latency_ms: latencies[name],
  })
  const ratios = rounds.bare.map(
    ({ incidents_per_second }, i) => (rounds.interlock[i]?.incidents_per_second ?? 0) / incidents_per_second,
  )
  const report = {
    options,
    bare: figure('bare'),
    interlock: figure('interlock'),
    ratio: Number(median(ratios).toFixed(3)),
    worker_mb: workerMb,
    replays,
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`)

  const ms = (latency: Latency | undefined) =>
    latency ? `p50 ${latency.p50.toFixed(1)}  p95 ${latency.p95.toFixed(1)}  p99 ${latency.p99.toFixed(1)} ms` : ''
  for (const name of NAMES) {
    const { incidents_per_second, commands_per_incident, bytes_per_incident, latency_ms } = report[name]
    process.stdout.write(
      `${name.padEnd(9)}  ${incidents_per_second} incidents/s  ${commands_per_incident} Redis commands and ${bytes_per_incident} bytes an incident  ${ms(latency_ms)}\n`,
    )
  }
  if (workerMb !== undefined) process.stdout.write(`one worker process: at most ${workerMb.toFixed(0)} MB\n`)
  for (const { incidents, seconds, mb } of replays)
    process.stdout.write(`replay of ${incidents} incidents: ${seconds.toFixed(1)} s, at most ${mb.toFixed(0)} MB\n`)
  process.stdout.write(`ratio interlock/bare at concurrency ${options.concurrency}: ${report.ratio.toFixed(2)}\n`)
} finally {
  await server.stop()
}
