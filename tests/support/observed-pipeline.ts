/** A watched installation with a Redis of its own, one worker a stage, and a policy that asks the very Prometheus that watches. */
import { rmSync } from 'node:fs'
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { StageName } from '../../src/shared/contracts/audit-record.ts'
import { IncidentLedger } from '../../src/shared/ledger/incident-ledger.ts'
import { connectProducer, whenReady } from '../../src/shared/queue/redis.ts'
import { startRedis } from '../../src/shared/redis-server.ts'
import { fixturePath } from './fixture.ts'
import { eventually } from './processes.ts'
import { type WatchedWorker, watchInstallation } from './watched-installation.ts'

/** Its QUEUE_PREFIX. */
export const OBSERVED = 'observed'
const REDIS_LIMIT = '256mb'

/** What a process sent before it was stopped is with Redis by then. */
const ARRIVED_MS = 200

/** A second fact of the CPU class comes from the very Prometheus that watches. */
const FACTS = `
facts:
  replicas:
    prometheus: 'count(up{job="interlock-worker"})'
    as_of: 'min(timestamp(up{job="interlock-worker"}))'
    max_age: 2m
`

export interface ObservedPipeline {
  /** Of the API. */
  address: string
  /** Of Prometheus. */
  prometheus: string
  redis: Redis
  ledger: IncidentLedger
  /**
   * Kills a worker with what it has in hand, and starts another in its place. It is stopped first: a job takes
   * milliseconds, and whoever is killed for having had one a moment ago may have none.
   */
  crash(stage: StageName): Promise<void>
  close(): Promise<void>
}

export const openObservedPipeline = async (): Promise<ObservedPipeline> => {
  const closing: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end()
  }
  try {
    const folder = await mkdtemp(join(tmpdir(), 'interlock-observed-'))
    const clear = () => rmSync(folder, { recursive: true, force: true })
    process.once('exit', clear)
    closing.push(async () => {
      process.off('exit', clear)
      clear()
    })
    const policies = join(folder, 'policies')
    await cp(fixturePath('policies'), policies, { recursive: true })
    const card = join(policies, 'high_cpu_usage/readiness.yaml')
    await writeFile(card, (await readFile(card, 'utf8')) + FACTS)

    const server = await startRedis({ NODE_ENV: 'test' })
    closing.push(server.stop)
    const redis = connectProducer(server.url, 20_000)
    redis.on('error', () => {})
    closing.push(async () => redis.disconnect())
    await whenReady(redis)
    await redis.config('SET', 'maxmemory', REDIS_LIMIT)

    const watched = await watchInstallation(server.url, OBSERVED, policies)
    closing.push(watched.close)
    const workers: Partial<Record<StageName, WatchedWorker>> = {}
    for (const stage of StageName.options) workers[stage] = await watched.work(stage)

    return {
      address: watched.api,
      prometheus: watched.prometheus,
      redis,
      ledger: new IncidentLedger(redis, OBSERVED),
      crash: async (stage) => {
        const worker = workers[stage]
        if (!worker) throw new Error(`no worker of ${stage} runs`)
        const { pid } = worker.process
        await eventually(async () => {
          process.kill(pid, 'SIGSTOP')
          await delay(ARRIVED_MS)
          if ((await redis.llen(`{${OBSERVED}}:${stage}:active`)) > 0) return
          process.kill(pid, 'SIGCONT')
          throw new Error(`${stage} has no job in hand`)
        })
        await worker.process.stop('SIGKILL')
        await worker.again()
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
