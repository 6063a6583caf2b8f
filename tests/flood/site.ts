/** Where the flood comes down: an API and a worker process a stage, as in production, and what they take. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type InterlockProcess, startInterlock } from '../../src/cli/demo/interlock-process.ts'
import { environmentWith } from '../../src/shared/config.ts'
import { StageName } from '../../src/shared/contracts/audit-record.ts'
import { projectFile } from '../../src/shared/project-file.ts'
import { SECRET } from './deliveries.ts'

const MB = 1024 * 1024

export interface Site {
  address: string
  /** Resident memory of each process in MB, by its command. */
  memory(): Promise<Record<string, number>>
  /** How many were sent away by the API, by reason. */
  shed(): Promise<Record<string, number>>
  stop(): Promise<void>
}

const scrape = async ({ address }: InterlockProcess) => (await fetch(`${address}/metrics`)).text()

export const openSite = async (redisUrl: string, installation: string): Promise<Site> => {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-flood-'))
  const secrets = join(folder, 'secrets.yaml')
  writeFileSync(secrets, `sources: { grafana: { signature: { secrets: [${SECRET}] } } }\nclosed: others\n`)
  const env = environmentWith({
    REDIS_URL: redisUrl,
    QUEUE_PREFIX: installation,
    POLICY_DIR: projectFile('fixtures/policies'),
    WEBHOOK_SECRETS_FILE: secrets,
    // All of the flood comes from one address.
    WEBHOOK_RATE_LIMIT: '1000000',
    HOST: '127.0.0.1',
    PORT: '0',
    WORKER_PORT: '0',
    LOG_LEVEL: 'info',
  })
  const started: InterlockProcess[] = []
  const stop = async () => {
    await Promise.all(started.map((one) => one.stop()))
    rmSync(folder, { recursive: true })
  }
  try {
    for (const args of [['serve'], ...StageName.options.map((stage) => ['worker', stage])])
      started.push(await startInterlock(args, env, new AbortController().signal))
  } catch (error) {
    await stop()
    throw error
  }
  const [api] = started as [InterlockProcess, ...InterlockProcess[]]
  return {
    address: api.address,
    memory: async () => {
      const taken = await Promise.all(
        started.map(async (one) => {
          const bytes = /^process_resident_memory_bytes (\S+)/m.exec(await scrape(one))?.[1]
          return [one.name.replace('interlock ', ''), Number(bytes) / MB] as const
        }),
      )
      return Object.fromEntries(taken)
    },
    shed: async () => {
      const lines = (await scrape(api)).matchAll(/^interlock_load_shed_total\{reason="(\w+)"\} (\d+)/gm)
      return Object.fromEntries(
        [...lines].map(([, reason, count]) => [reason, Number(count)]).filter(([, n]) => n !== 0),
      )
    },
    stop,
  }
}
