/** `npm run stop-latency`: what is still committed after an emergency stop, over many stops under load. See bench/README.md. */
import { Redis } from 'ioredis'
import { startRedis } from '../src/shared/redis-server.ts'
import { openLoad } from './stop-load.ts'
import { type StopRun, stopRun } from './stop-run.ts'

const RUNS = 20
const WORKERS = 4
const SCOPES = ['global', 'class:high_memory_usage', 'service:appointments-api', 'action:restart_pod'] as const

const COLUMNS = ['run', 'scope', 'order ms', 'before', 'after', 'last commit ms', 'others after', 'held', 'wrong']
const WIDTHS = [3, 25, 10, 6, 5, 14, 12, 4, 5]
const line = (cells: readonly unknown[]) =>
  cells
    .map((cell, i) => (i === 1 ? String(cell).padEnd(WIDTHS[i] ?? 0) : String(cell).padStart(WIDTHS[i] ?? 0)))
    .join('  ')
const cells = (run: StopRun) => [
  ...[run.scope, run.order_ms.toFixed(0), run.before, run.after],
  ...[Number.isFinite(run.last_commit_ms) ? run.last_commit_ms.toFixed(1) : '-'],
  ...[run.others_after, run.held, run.wrong.length],
]

const server = await startRedis({ NODE_ENV: 'test' })
const redis = new Redis(server.url, { maxRetriesPerRequest: null })
const load = await openLoad(redis, server.url, 'stop-latency')
const workers: Awaited<ReturnType<typeof load.startWorker>>[] = []
try {
  for (let n = 0; n < WORKERS; n++) workers.push(await load.startWorker())
  process.stdout.write(`${line(COLUMNS)}\n`)
  const runs: StopRun[] = []
  for (let n = 0; n < RUNS; n++) {
    const run = await stopRun(redis, load, SCOPES[n % SCOPES.length] ?? 'global')
    runs.push(run)
    process.stdout.write(`${line([n + 1, ...cells(run)])}\n`)
    for (const what of run.wrong.slice(0, 3)) process.stdout.write(`  ${what}\n`)
  }
  const after = runs.reduce((sum, run) => sum + run.after, 0)
  const wrong = runs.reduce((sum, run) => sum + run.wrong.length, 0)
  const slowest = Math.max(...runs.map(({ order_ms }) => order_ms)).toFixed(0)
  process.stdout.write(
    `${RUNS} stops, ${WORKERS} workers: ${after} commits after the stop, ${wrong} incidents not as they should be, slowest order ${slowest} ms\n`,
  )
  if (after + wrong > 0) process.exitCode = 1
} finally {
  await Promise.all(workers.map(({ stop }) => stop()))
  await load.close()
  redis.disconnect()
  await server.stop()
}
