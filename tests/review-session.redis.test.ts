/** docs/review.md, followed with real processes and a real Prometheus: what it shows is what an on-call engineer sees. */
import { randomUUID } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, inject, onTestFinished, test } from 'vitest'
import { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import { loadPolicyFolder } from '../src/shared/policy/policy-folder.ts'
import { connectProducer, whenReady } from '../src/shared/queue/redis.ts'
import { fixtureBody, fixturePath, patched } from './support/fixture.ts'
import { type Step, stepsOf } from './support/guide.ts'
import { interlock } from './support/interlock.ts'
import { eventually, type InterlockProcess, killAll, startProcess } from './support/processes.ts'
import { startPrometheus } from './support/prometheus.ts'

afterEach(killAll)

const GUIDE = join(import.meta.dirname, '../docs/review.md')
const SPEC = 'policies/high_memory_usage/specify.md'

/** Times, ages and what is digested from them are others in every session. */
const masked = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'DIGEST')
    .replaceAll(/\b\d+ (ms|s|min|h|d)\b/g, 'AGE')
    // Columns and lines are as wide as what stands in them.
    .replaceAll(/\s+/g, ' ')
    .trim()

/** One installation in a folder of its own, as the guide's reader has it. */
const openSession = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock session '))
  const elsewhere = await mkdtemp(join(tmpdir(), 'interlock elsewhere '))
  onTestFinished(async () => {
    for (const one of [folder, elsewhere]) await rm(one, { recursive: true })
  })
  let metrics = 'up_at_all 1\n'
  const prometheus = await startPrometheus(() => metrics)
  const env = {
    ...{ REDIS_URL: inject('redisUrl'), QUEUE_PREFIX: `session-${randomUUID()}` },
    ...{ POLICY_DIR: join(folder, 'policies'), PROMETHEUS_URL: prometheus },
  }
  const redis = connectProducer(env.REDIS_URL, 20_000)
  onTestFinished(() => redis.disconnect())
  await whenReady(redis)
  const ledger = new IncidentLedger(redis, env.QUEUE_PREFIX)
  await mkdir(dirname(join(folder, SPEC)), { recursive: true })
  await cp(fixturePath(SPEC), join(folder, SPEC))

  let processes: InterlockProcess[] = []
  const address = async () => String((await processes[0]?.started())?.address)
  const post = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${await address()}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, text: await response.text() }
  }
  let fired = 0
  return {
    folder,
    elsewhere,
    post,
    start: async () => {
      const ports = { PORT: '0', WORKER_PORT: '0' }
      processes = ['serve', 'worker'].map((command) => startProcess([command], { ...env, ...ports }))
      for (const one of processes) await one.started()
    },
    call: (args: readonly string[]) => interlock(args, { ...env, POLICY_DIR: 'policies' }, folder),
    fire: async (patch: object) => {
      fired++
      const body = patched(fixtureBody('webhooks/grafana/firing.single.json'), {
        groupKey: `{}:{alert="${fired}"}`,
        alerts: { 0: { fingerprint: String(fired).padStart(16, '0'), ...patch } },
      })
      expect((await post('/webhooks/grafana', body)).status).toBe(202)
    },
    /** Every process goes by the folder as it is now. */
    followed: async () => {
      const { digest } = await loadPolicyFolder(env.POLICY_DIR)
      const loaded = ({ lines }: InterlockProcess) => lines.findLast(({ event }) => event === 'policy_loaded')
      await eventually(() => {
        for (const one of processes) expect(loaded(one)?.policy_digest).toBe(digest)
      })
    },
    measure: async (text: string) => {
      metrics = text
      const [query = '', value] = text.trim().split(' ')
      await eventually(async () => {
        const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`)
        expect(await answer.text()).toContain(`"${value}"]`)
      })
    },
    settled: () =>
      eventually(async () => {
        const { received = 0, in_flight = 0 } = await ledger.accounting()
        expect({ received, in_flight }).toEqual({ received: fired, in_flight: 0 })
      }),
  }
}
type Session = Awaited<ReturnType<typeof openSession>>

/** In the copy that went elsewhere: one byte, and no line end that the file has not. */
const changeByte = async ({ elsewhere }: Session, path: string, text: string) => {
  const before = await readFile(join(elsewhere, path), 'utf8')
  const differing = [...text].filter((character, at) => character !== before[at])
  expect({ path, length: text.length, differing: differing.length }).toMatchObject({
    length: before.length,
    differing: 1,
  })
  await writeFile(join(elsewhere, path), text)
}

const verifyElsewhere = async ({ folder, elsewhere }: Session, run: readonly string[]) => {
  const name = run.at(-1) ?? ''
  await cp(join(folder, name), join(elsewhere, name), { recursive: true, force: false })
  return interlock(run, { REDIS_URL: 'redis://127.0.0.1:1' }, elsewhere)
}

/** What the guide has its reader write is a file; or what fires, what is measured, or what is posted and answered. */
const written = async (session: Session, name: string, text: string): Promise<void> => {
  if (name === 'alert') return session.fire(JSON.parse(text))
  if (name === 'metrics') return session.measure(text)
  if (name.startsWith('HM-')) return changeByte(session, name, text)
  const path = join(session.folder, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

const shown = async (session: Session, step: Extract<Step, { run: string[] }>): Promise<string> => {
  const offline = step.run[1] === 'verify'
  const { code, out, err } = await (offline ? verifyElsewhere(session, step.run) : session.call(step.run))
  expect({ run: step.run, code, err }).toMatchObject({ code: /^BLOCK /m.test(step.shows) ? 1 : 0 })
  return `${out}${err}`
}

test('an incident is blocked for three reasons, each is mended, a changed fact voids its approval, and it passes', {
  timeout: 300_000,
}, async () => {
  const session = await openSession()
  const steps = stepsOf(await readFile(GUIDE, 'utf8'))
  const first = steps.findIndex((step) => 'write' in step && step.write === 'alert')
  let answer = { status: 0, text: '' }
  for (const [at, step] of steps.entries()) {
    if (at === first) await session.start()
    if (at >= first) {
      await session.followed()
      await session.settled()
    }
    if ('run' in step) {
      const actual = await shown(session, step)
      expect(masked(actual), step.run.join(' ')).toBe(masked(step.shows))
      continue
    }
    const [method, path = ''] = step.write.split(' ')
    if (method === 'POST') answer = await session.post(path, JSON.parse(step.text))
    else if (method === 'HTTP') {
      expect(answer.status).toBe(Number(path))
      expect(JSON.parse(answer.text)).toMatchObject(JSON.parse(step.text))
    } else await written(session, step.write, step.text)
  }
  const report = await readFile(join(session.folder, 'HM-2026-05-17-04/readiness.md'), 'utf8')
  expect(report.match(/\| anna \| (approved[^|]*) \| [^|]+ \|/g)).toEqual([
    expect.stringContaining('approved, and void: it had changed; changed: facts.replicas was 3 and is 2 now'),
    expect.stringContaining('approved, and void: it had changed; changed: facts.replicas was 2 and is 1 now'),
    '| anna | approved | the only one; the backup is there |',
  ])
})

test('the guide shows all of it', async () => {
  const guide = await readFile(GUIDE, 'utf8')
  const shows = stepsOf(guide).flatMap((step) => ('run' in step ? [step.shows] : []))
  const inOrder = [
    /BLOCKERS\n {2}rollback_missing\n.*\n {2}stateful_without_backup\n.*\n {2}change_freeze\n/,
    /^BLOCK incident=\S+ status=awaiting_review\n {2}- changed: /,
    /^APPROVED incident=\S+ status=dry_run_passed/,
    /^PASS .* verdict=dry_run_passed files=\d+ signed_by=nobody anchored_records/,
    /^BLOCK .*\n {2}- file_changed: /,
  ]
  let from = 0
  for (const wanted of inOrder) {
    const at = shows.findIndex((text, place) => place >= from && wanted.test(text))
    expect({ wanted, there: at >= 0 }).toEqual({ wanted, there: true })
    from = at + 1
  }
})
