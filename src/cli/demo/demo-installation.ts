/** The installation the demo plays on: a Redis, the API and one worker per stage, each a process, under a prefix of its own. */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { CodedError } from '../../shared/coded-error.ts'
import { type Config, environmentWith } from '../../shared/config.ts'
import { StageName } from '../../shared/contracts/audit-record.ts'
import { IncidentLedger } from '../../shared/ledger/incident-ledger.ts'
import { projectFile } from '../../shared/project-file.ts'
import { connectProducer, whenReady } from '../../shared/queue/redis.ts'
import { keyPrefix } from '../../shared/queue/stage-queues.ts'
import { inInstallation } from '../../shared/redis-address.ts'
import { type RunningRedis, startRedis } from '../../shared/redis-server.ts'
import { withAddress } from '../with-ledger.ts'
import { type InterlockProcess, runInterlock, startInterlock } from './interlock-process.ts'

const POLICIES = projectFile('fixtures/demo/policies')
const READY_DEADLINE_MS = 15_000
const POLL_EVERY_MS = 50

export interface DemoInstallation {
  redis: Pick<RunningRedis, 'url' | 'kind'>
  queuePrefix: string
  policyDir: string
  /** The API first, then one worker per stage. */
  processes: readonly InterlockProcess[]
  accounting(): Promise<Record<string, number>>
  /** `interlock audit verify`, as anybody would run it. */
  verifyAudit(): Promise<{ code: number | null; out: string }>
  /** Every process and the Redis started here; in a Redis that was given, what the demo wrote. */
  stop(): Promise<void>
}

const untilReady = async ({ name, address }: InterlockProcess, signal: AbortSignal): Promise<void> => {
  for (const deadline = Date.now() + READY_DEADLINE_MS; ; ) {
    const response = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(READY_DEADLINE_MS) })
    const said = await response.text()
    signal.throwIfAborted()
    if (response.ok) return
    if (Date.now() > deadline) throw new CodedError('process_failed', `"${name}" is not ready: ${said}`)
    await delay(POLL_EVERY_MS, undefined, { signal })
  }
}

/** The demo's own keys and nothing else: the prefix is random. */
const removeKeys = async (redis: Redis, prefix: string): Promise<void> => {
  for await (const keys of redis.scanStream({ match: `${keyPrefix(prefix)}:*`, count: 1000 }))
    if (keys.length > 0) await redis.unlink(...keys)
}

/** All of them, or none: what had been started is stopped before the reason is thrown. */
const startAll = async (
  commands: readonly (readonly [string, ...string[]])[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<InterlockProcess[]> => {
  const results = await Promise.allSettled(commands.map((args) => startInterlock(args, env, signal)))
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = results.find((result) => result.status === 'rejected')
  if (!failed) return started
  await Promise.all(started.map(({ stop }) => stop()))
  throw failed.reason
}

/** `signal` ends the start and every later wait; `stop` must be called all the same. */
export const startDemoInstallation = async (config: Config, signal: AbortSignal): Promise<DemoInstallation> => {
  const redis = await startRedis(config, { allowPureJs: true })
  const queuePrefix = `interlock-demo-${randomBytes(4).toString('hex')}`
  const connection = connectProducer(inInstallation(redis.url, queuePrefix), 10_000)
  connection.on('error', () => {}) // reaches us through the command that fails
  const env = environmentWith({
    REDIS_URL: redis.url,
    QUEUE_PREFIX: queuePrefix,
    POLICY_DIR: POLICIES,
    HOST: '127.0.0.1',
    PORT: '0',
    WORKER_PORT: '0',
    LOG_LEVEL: 'info',
    NODE_ENV: 'development',
  })
  let processes: InterlockProcess[] = []
  const stop = async (): Promise<void> => {
    try {
      await Promise.all(processes.map((one) => one.stop()))
      if (redis.kind === 'given' && connection.status === 'ready') await removeKeys(connection, queuePrefix)
    } finally {
      connection.disconnect()
      await redis.stop()
    }
  }
  try {
    await whenReady(connection).catch((error) => {
      throw withAddress(error, redis.url)
    })
    processes = await startAll(
      [['serve'], ...StageName.options.map((stage) => ['worker', stage] as const)],
      env,
      signal,
    )
    await Promise.all(processes.map((one) => untilReady(one, signal)))
  } catch (error) {
    await stop()
    throw error
  }
  const ledger = new IncidentLedger(connection, queuePrefix)
  return {
    redis,
    queuePrefix,
    policyDir: POLICIES,
    processes,
    accounting: () => ledger.accounting(),
    verifyAudit: () => runInterlock(['audit', 'verify'], env, signal),
    stop,
  }
}
