/** The memory of one real worker process, all three stages, over many incidents: its highest resident set. Linux alone. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import type { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import { projectFile } from '../src/shared/project-file.ts'
import type { Engine } from './measure.ts'

const BIN = projectFile('bin/interlock')
/** Fed this far ahead of the worker at most, so that Redis does not fill up before it. */
const AHEAD = 2000
const POLL_MS = 50

/** Megabytes, while the process runs. */
export const highestResidentMb = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Resolves with megabytes once every incident has its verdict. */
export const workerMemory = async (
  engine: Engine,
  ledger: IncidentLedger,
  redis: Redis,
  installation: string,
  incidents: number,
): Promise<number> => {
  const { host, port } = redis.options
  const worker = spawn(BIN, ['worker'], {
    env: {
      ...process.env,
      REDIS_URL: `redis://${host}:${port}`,
      QUEUE_PREFIX: installation,
      WORKER_PORT: '0',
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    const inFlight = async () => (await ledger.accounting()).in_flight ?? 0
    for (let fed = 0; fed < incidents; ) {
      const batch = Math.min(50, incidents - fed)
      await Promise.all(Array.from({ length: batch }, (_, i) => engine.feed(fed + i)))
      fed += batch
      while ((await inFlight()) > AHEAD) await pause(POLL_MS)
    }
    while ((await inFlight()) > 0) {
      if (worker.exitCode !== null) throw new Error(`the worker ended with ${worker.exitCode}`)
      await pause(POLL_MS)
    }
    return highestResidentMb(worker.pid ?? 0)
  } finally {
    worker.kill('SIGTERM')
  }
}
