/**
 * What on-call has before them: an API and workers as real processes, and a real Prometheus that scrapes them by our own
 * rules and that policies may ask for facts.
 */
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parse, stringify } from 'yaml'
import { freePort } from '../../src/shared/free-port.ts'
import { eventually, type InterlockProcess, killAll, startProcess } from './processes.ts'
import { runPrometheus } from './prometheus-process.ts'

/** Short, so that a rate exists within seconds. */
const INTERVALS = { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '1s' }

export interface WatchedWorker {
  process: InterlockProcess
  /** Starts another in its place, where Prometheus finds it. */
  again(): Promise<unknown>
}

export interface WatchedInstallation {
  /** For commands. */
  env: Record<string, string>
  api: string
  prometheus: string
  /** Starts a worker of these stages; resolves when it is scraped. */
  work(...stages: string[]): Promise<WatchedWorker>
  /** The result of an instant query; throws with what Prometheus says where it is refused. */
  query(text: string): Promise<unknown[]>
  close(): Promise<void>
}

/** `prometheus/prometheus.yml` as it is, but for how often it looks, and where the processes are. */
const configFor = async (targets: string, own: string): Promise<string> => {
  const config = parse(await readFile('prometheus/prometheus.yml', 'utf8'))
  const jobs = config.scrape_configs.map(({ job_name }: { job_name: string }) => ({
    job_name,
    file_sd_configs: [{ files: [join(targets, `${job_name}.json`)], refresh_interval: '1s' }],
  }))
  return stringify({
    global: { ...config.global, ...INTERVALS },
    rule_files: config.rule_files.map((pattern: string) => resolve('prometheus', pattern)),
    scrape_configs: [...jobs, { job_name: 'prometheus', static_configs: [{ targets: [own] }] }],
  })
}

export const watchInstallation = async (
  redisUrl: string,
  installation: string,
  policies = resolve('fixtures/policies'),
): Promise<WatchedInstallation> => {
  const port = await freePort()
  const env = {
    REDIS_URL: redisUrl,
    QUEUE_PREFIX: installation,
    PORT: '0',
    WORKER_PORT: '0',
    POLICY_DIR: policies,
    PROMETHEUS_URL: `http://127.0.0.1:${port}`,
  }
  const folder = await mkdtemp(join(tmpdir(), 'interlock-watched-'))
  const processes: Record<'interlock-api' | 'interlock-worker', Record<string, string>> = {
    'interlock-api': {},
    'interlock-worker': {},
  }
  /** Whole or not at all: Prometheus reads it as soon as it changes. */
  const watch = async (job: keyof typeof processes) => {
    const targets = Object.entries(processes[job]).map(([instance, at]) => ({ targets: [at], labels: { instance } }))
    await writeFile(join(folder, 'draft'), JSON.stringify(targets))
    await rename(join(folder, 'draft'), join(folder, `${job}.json`))
  }
  const start = async (args: string[], more: Record<string, string> = {}) => {
    const started = startProcess(args, { ...env, ...more })
    const { address, probes } = await started.started()
    return { started, at: new URL(String(address ?? probes)) }
  }
  const api = await start(['serve'])
  processes['interlock-api'].api = api.at.host
  await watch('interlock-api')
  await watch('interlock-worker')

  const config = await configFor(folder, `127.0.0.1:${port}`)
  const { url, stop } = await runPrometheus({ 'prometheus.yml': config }, port)
  const query = async (text: string): Promise<unknown[]> => {
    const response = await fetch(`${url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: text }),
    })
    const answer = (await response.json()) as { status: string; error?: string; data: { result: unknown[] } }
    if (answer.status !== 'success') throw new Error(`${text}: ${answer.error}`)
    return answer.data.result
  }
  return {
    env: { ...env, PATH: `${resolve('bin')}:${process.env.PATH}` },
    api: api.at.origin,
    prometheus: url,
    work: async (...stages) => {
      const args = ['worker', ...stages]
      const { started, at } = await start(args)
      processes['interlock-worker'][args.join('-')] = at.host
      await watch('interlock-worker')
      const all = Object.values(processes).flatMap(Object.keys)
      await eventually(async () => {
        const up = await query('up{job=~"interlock-.+"} == 1')
        if (up.length !== all.length) throw new Error(`only ${up.length} processes are scraped`)
      })
      return { process: started, again: () => start(args, { WORKER_PORT: at.port }) }
    },
    query,
    close: async () => {
      killAll()
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
