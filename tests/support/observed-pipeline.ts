/** A whole installation that is watched: API and one worker a stage as processes, a Redis, and a Prometheus that scrapes all. */
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
import { eventually, type InterlockProcess, startProcess } from './processes.ts'
import { runPrometheus } from './prometheus-process.ts'

/** Its QUEUE_PREFIX. */
export const OBSERVED = 'observed'
const REDIS_LIMIT = '256mb'

/** Half a second is enough to see what a queue does, and leaves the processes alone. */
const SCRAPES = 'global: {scrape_interval: 500ms, scrape_timeout: 500ms}'

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

    const targets = join(folder, 'targets.json')
    await writeFile(targets, '[]')
    const prometheus = await runPrometheus({
      'prometheus.yml': `${SCRAPES}\nscrape_configs: [{job_name: interlock, file_sd_configs: [{files: ['${targets}'], refresh_interval: 1s}]}]\n`,
    })
    closing.push(prometheus.stop)

    const server = await startRedis({ NODE_ENV: 'test' })
    closing.push(server.stop)
    const redis = connectProducer(server.url, 20_000)
    redis.on('error', () => {})
    closing.push(async () => redis.disconnect())
    await whenReady(redis)
    await redis.config('SET', 'maxmemory', REDIS_LIMIT)

    const env = {
      REDIS_URL: server.url,
      QUEUE_PREFIX: OBSERVED,
      PORT: '0',
      WORKER_PORT: '0',
      POLICY_DIR: policies,
      PROMETHEUS_URL: prometheus.url,
    }
    const running = new Map<string, InterlockProcess>()
    const start = async (name: string, args: readonly string[], more: Record<string, string> = {}) => {
      const started = startProcess(args, { ...env, ...more })
      running.set(name, started)
      const { address, probes } = await started.started()
      return new URL(String(address ?? probes))
    }
    closing.push(() => Promise.all([...running.values()].map((one) => one.stop('SIGKILL'))))
    const [api, ...workers] = await Promise.all([
      start('api', ['serve']),
      ...StageName.options.map((stage) => start(stage, ['worker', stage])),
    ])
    const scraped = (job: string, instance: string, { host }: URL) => ({ targets: [host], labels: { job, instance } })
    const all = StageName.options.map((stage, at) => scraped('interlock-worker', `worker-${stage}`, workers[at] ?? api))
    await writeFile(targets, JSON.stringify([scraped('interlock-api', 'api', api), ...all]))

    return {
      address: api.origin,
      prometheus: prometheus.url,
      redis,
      ledger: new IncidentLedger(redis, OBSERVED),
      crash: async (stage) => {
        const worker = running.get(stage)
        if (!worker) throw new Error(`no worker of ${stage} runs`)
        await eventually(async () => {
          process.kill(worker.pid, 'SIGSTOP')
          await delay(ARRIVED_MS)
          if ((await redis.llen(`{${OBSERVED}}:${stage}:active`)) > 0) return
          process.kill(worker.pid, 'SIGCONT')
          throw new Error(`${stage} has no job in hand`)
        })
        await worker.stop('SIGKILL')
        await start(stage, ['worker', stage], { WORKER_PORT: workers[StageName.options.indexOf(stage)]?.port ?? '0' })
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
