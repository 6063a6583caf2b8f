/** Every query and every command of every runbook, run against an installation that runs: what on-call pastes must work. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import { grafanaDelivery } from './support/faults.ts'
import { metricNamesIn } from './support/metric-names.ts'
import { eventually } from './support/processes.ts'
import { type Paste, runbooks } from './support/runbook.ts'
import { type WatchedInstallation, watchInstallation } from './support/watched-installation.ts'

const MINUTES = 60_000
const books = runbooks()
const installation = `runbooks-${randomUUID()}`
const redis = new Redis(inject('redisUrl'))
const ledger = new IncidentLedger(redis, installation)

/** There only where a limit is set, a dependency or an Alertmanager is set up, or once all chains were looked at. */
const CONDITIONAL = [
  'interlock_audit_chain_broken',
  'interlock_audit_chain_verified_timestamp_seconds',
  'interlock_circuit_open',
  'interlock_dependency_request_duration_seconds_bucket',
  'interlock_dependency_request_duration_seconds_count',
  'interlock_redis_memory_max_bytes',
  'prometheus_notifications_errors_total',
]

let watched: WatchedInstallation
/** What `ID` is for each command; any other takes the blocked one. */
const ids: { review: string; redrive: string; blocked: string } = { review: '', redrive: '', blocked: '' }

const send = async (fault: string, labels: Record<string, string> = {}): Promise<string> => {
  const response = await fetch(`${watched.api}/webhooks/grafana`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(grafanaDelivery({ fault }, { labels })),
  })
  const { incidents } = (await response.json()) as { incidents: { incident_id: string }[] }
  return incidents[0]?.incident_id ?? ''
}
const reaches = (id: string, status: string) =>
  eventually(async () => expect((await ledger.readRecord(id))?.status).toBe(status))

/** Readiness gives up on it, since what normalize decided is not what its trace says; then that is mended. */
const deadLetter = async (id: string): Promise<void> => {
  await reaches(id, 'readiness')
  const [key, field] = [ledger.keys.incident(id), 'decision:normalize']
  const sound = (await redis.hget(key, field)) ?? ''
  await redis.hset(key, field, '{}\n{}\n{"changed":true}')
  await watched.work('readiness', 'dry-run')
  await reaches(id, 'dead_lettered')
  await redis.hset(key, field, sound)
}

beforeAll(async () => {
  watched = await watchInstallation(inject('redisUrl'), installation)
  await watched.work('normalize')
  ids.redrive = await send('gives-up')
  await deadLetter(ids.redrive)
  ids.blocked = await send('blocked', { service: 'nobody-knows-it' })
  await reaches(ids.blocked, 'blocked')
  ids.review = await send('waits')
  await reaches(ids.review, 'awaiting_review')
}, 3 * MINUTES)

afterAll(async () => {
  await watched?.close()
  redis.disconnect()
})

const idFor = (command: string): string =>
  command.includes(' review ') ? ids.review : command.includes(' redrive ') ? ids.redrive : ids.blocked

/** By a shell, as pasted, in a folder of its runbook's own. */
const run = async (command: string, cwd: string): Promise<{ code: number | null; said: string }> => {
  const child = spawn('sh', ['-c', command.replaceAll(/\bID\b/g, idFor(command))], { cwd, env: watched.env })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said += text
    })
  const [code] = await once(child, 'close')
  return { code, said }
}

/** They only look, and say the same wherever they stand: once is enough. */
const LOOKS = /^interlock (status|doctor|incidents|show|trace|policy check|review list)\b/
const looked = new Set<string>()

const paste = async ({ kind, text }: Paste, cwd: string): Promise<void> => {
  if (kind === 'promql') {
    await watched.query(text)
    return
  }
  if (looked.has(text)) return
  if (LOOKS.test(text)) looked.add(text)
  const { code, said } = await run(text, cwd)
  // Answers, too: there was no such stop, and somebody has approved it before.
  const fits = /^interlock (resume|review deny) /.test(text) ? [0, 1] : [0]
  expect(fits, `${text}: ${said}`).toContain(code)
  expect(said, text).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m)
}

describe.each(books)('$name', ({ pastes }) => {
  it(
    `runs, all ${pastes.length} of it`,
    async () => {
      const cwd = mkdtempSync(join(tmpdir(), 'interlock-runbook-'))
      try {
        for (const one of pastes) await paste(one, cwd)
      } finally {
        rmSync(cwd, { recursive: true, force: true })
        const at = new Date().toISOString()
        for (const { scope } of (await ledger.stops.inForce()).engaged)
          await run(`interlock resume --scope ${scope} --by test --reason "next runbook" # ${at}`, tmpdir())
      }
    },
    3 * MINUTES,
  )
})

it('queries ask for what is there', async () => {
  const queries = books.flatMap(({ pastes }) => pastes.flatMap(({ kind, text }) => (kind === 'promql' ? text : [])))
  const missing = async () => {
    const names = metricNamesIn(queries).filter((name) => !CONDITIONAL.includes(name))
    const found = await Promise.all(names.map((name) => watched.query(`count(${name})`)))
    return names.filter((_, at) => found[at]?.length === 0)
  }
  await eventually(async () => expect(await missing()).toEqual([]), 30_000)
})

it('a command or a query that is wrong is seen', async () => {
  expect((await run('interlock show NO-SUCH-ID', tmpdir())).code).toBe(2)
  expect((await run('interlock inspect ID', tmpdir())).code).toBe(2)
  await expect(watched.query('sum by (')).rejects.toThrow('parse error')
})
