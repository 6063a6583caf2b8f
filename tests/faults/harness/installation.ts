/** One installation to do harm to: a Redis of its own, APIs and workers as processes, and the network between them. */
import type { Redis } from 'ioredis'
import { IncidentLedger } from '../../../src/shared/ledger/incident-ledger.ts'
import { connectProducer, whenReady } from '../../../src/shared/queue/redis.ts'
import { startRedisProcess } from '../../../src/shared/redis-process.ts'
import { fixturePath } from '../../support/fixture.ts'
import { eventually, type InterlockProcess, runInterlock, startProcess } from '../../support/processes.ts'
import type { Program } from './build.ts'
import { type FaultyNetwork, openFaultyNetwork } from './faulty-network.ts'

export const SUPERVISED = fixturePath('../tests/faults/harness/supervised-redis.sh')
const PREFIX = 'faults'

/** What one start of a process may have of its own. */
export interface Start {
  /** As `CRASH_AT` takes it. */
  crashAt?: string
  /** By how much its clock is wrong. */
  skewSeconds?: number
}

/** A place that a process fills, and after it the next. */
export interface Member {
  current(): InterlockProcess
  /** Where it serves its probes and metrics, and the process after it too. */
  origin: string
  /** Ends the process, if it has not ended itself, and puts another in its place. */
  replace(signal: NodeJS.Signals, start?: Start): Promise<void>
}

export interface Installation {
  apis: readonly Member[]
  workers: readonly Member[]
  /** Where senders reach the APIs. */
  addresses(): string[]
  /** Between all processes and Redis. */
  network: FaultyNetwork
  /** The test's own connection, straight to Redis. */
  redis: Redis
  redisPid(): Promise<number>
  ledger: IncidentLedger
  /** By which a command finds it, and what all processes have beside. */
  env: Readonly<Record<string, string>>
  /** Another process, of which nobody takes care but `close`. */
  start(args: readonly string[], start?: Start): InterlockProcess
  /** A command of the production build, to its end. */
  run(args: readonly string[]): ReturnType<typeof runInterlock>
  close(): Promise<void>
}

export interface Size {
  program: Program
  apis: readonly Start[]
  /** The stages of each worker process; none is all three. */
  workers: readonly (Start & { stages: readonly string[] })[]
  appendOnly?: boolean
  /** What all processes have beside what a test always gives them. */
  env?: Readonly<Record<string, string>>
}

/** Date as this process sees it, and everything that asks it for the time. */
const skewed = (seconds: number): string =>
  `data:text/javascript,${encodeURIComponent(`
    const Real = Date, by = ${seconds} * 1000
    globalThis.Date = class extends Real {
      constructor(...given) { given.length > 0 ? super(...given) : super(Real.now() + by) }
      static now() { return Real.now() + by }
    }`)}`

export const openInstallation = async ({
  program,
  apis,
  workers,
  appendOnly = true,
  env: shared = {},
}: Size): Promise<Installation> => {
  const server = await startRedisProcess(SUPERVISED, appendOnly)
  const { hostname: host, port } = new URL(server.url)
  const network = await openFaultyNetwork({ host, port: Number(port) })
  const redis = connectProducer(server.url, 20_000)
  redis.on('error', () => {})
  await whenReady(redis)

  const found = { REDIS_URL: `redis://127.0.0.1:${network.port}`, QUEUE_PREFIX: PREFIX }
  const all: InterlockProcess[] = []
  const start = (args: readonly string[], { crashAt, skewSeconds }: Start = {}, env: Record<string, string> = {}) => {
    const started = startProcess(
      args,
      {
        ...found,
        PORT: '0',
        WORKER_PORT: '0',
        WORKER_CONCURRENCY: '10',
        POLICY_DIR: 'fixtures/policies',
        ...(crashAt && { CRASH_AT: crashAt }),
        ...shared,
        ...env,
      },
      [...(skewSeconds ? ['--import', skewed(skewSeconds)] : []), ...program],
    )
    all.push(started)
    return started
  }
  /** A process comes back on its own port, where senders and Prometheus know it. */
  const join = async (args: readonly string[], first: Start): Promise<Member> => {
    let current = start(args, first)
    const { address, probes } = await current.started()
    const origin = String(address ?? probes)
    const env = { [address ? 'PORT' : 'WORKER_PORT']: new URL(origin).port }
    return {
      origin,
      current: () => current,
      replace: async (signal, how) => {
        await current.stop(signal)
        all.splice(all.indexOf(current), 1)
        current = start(args, how, env)
      },
    }
  }
  const close = async () => {
    await Promise.all(all.map((one) => one.stop('SIGKILL')))
    redis.disconnect()
    await network.close()
    await server.stop()
  }
  try {
    const joined = await Promise.all([
      ...apis.map((first) => join(['serve'], first)),
      ...workers.map(({ stages, ...first }) => join(['worker', ...stages], first)),
    ])
    return {
      apis: joined.slice(0, apis.length),
      workers: joined.slice(apis.length),
      addresses: () => joined.slice(0, apis.length).map(({ origin }) => origin),
      network,
      redis,
      redisPid: () => eventually(async () => Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1])),
      ledger: new IncidentLedger(redis, PREFIX),
      start,
      env: { ...found, ...shared },
      run: (args) => runInterlock(args, found),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
