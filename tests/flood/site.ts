/** Where the flood comes down: an API and a worker process a stage, as in production, and what they take. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProcesses } from '../../bench/perf/processes.ts'
import { SECRET } from './deliveries.ts'

export interface Site {
  address: string
  /** Resident memory of each process in MB, by its command. */
  memory(): Promise<Record<string, number>>
  /** How many were sent away by the API, by reason. */
  shed(): Promise<Record<string, number>>
  stop(): Promise<void>
}

export const openSite = async (redisUrl: string, installation: string): Promise<Site> => {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-flood-'))
  const secrets = join(folder, 'secrets.yaml')
  writeFileSync(secrets, `sources: { grafana: { signature: { secrets: [${SECRET}] } } }\nclosed: others\n`)
  const remove = () => rmSync(folder, { recursive: true })
  const processes = await startProcesses(redisUrl, installation, {
    WEBHOOK_SECRETS_FILE: secrets,
    WEBHOOK_RATE_LIMIT: '3000',
  }).catch((error) => {
    remove()
    throw error
  })
  const { address } = processes
  return {
    address,
    memory: async () =>
      Object.fromEntries((await processes.ours()).map(({ process, mb }) => [process.replace('interlock ', ''), mb])),
    shed: async () => {
      const metrics = await (await fetch(`${address}/metrics`)).text()
      const lines = metrics.matchAll(/^interlock_load_shed_total\{reason="(\w+)"\} (\d+)/gm)
      return Object.fromEntries(
        [...lines].map(([, reason, count]) => [reason, Number(count)]).filter(([, n]) => n !== 0),
      )
    },
    stop: async () => {
      await processes.stop()
      remove()
    },
  }
}
