/** `interlock demo` as a person calls it: it proves what it shows, and leaves nothing behind however it ends. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { afterEach, expect, inject, it, vi } from 'vitest'

const bin = fileURLToPath(new URL('../bin/interlock', import.meta.url))
/** Every start is four processes, on a machine that runs the other tests too. */
const DEADLINE = 180_000
/** A worker whose Redis is gone may use its whole drain deadline of 20 s before it gives up. */
const GONE_DEADLINE = 60_000

/** Without REDIS_URL, so that the demo starts a Redis of its own. */
const { REDIS_URL: _, ...env } = process.env

let running: ChildProcess | undefined
afterEach(() => {
  running?.kill('SIGKILL')
})

const demo = (args: readonly string[] = [], more: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [bin, 'demo', ...args], {
    env: { ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running = child
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said.err += text
  })
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  const until = (pattern: RegExp) =>
    vi.waitFor(() => expect(said.out).toMatch(pattern), { timeout: DEADLINE, interval: 50 })
  return { child, said, ended, until }
}

const portsIn = (text: string): number[] => [
  ...new Set([...text.matchAll(/(?:redis|http):\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port))),
]

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
const stillListening = async (ports: readonly number[]) => {
  const answers = await Promise.all(ports.map(listens))
  return ports.filter((_, index) => answers[index])
}

/** The Redis, the API and three workers. */
const FIVE = 5

it(
  'shows every verdict, accounts for everything, and leaves no process behind',
  async () => {
    const { said, ended } = demo()
    expect(await ended, said.err + said.out).toEqual({ code: 0, signal: null })
    expect(said.err).toBe('')
    expect(said.out).not.toContain('\x1b[')
    for (const verdict of ['dry_run_passed', 'awaiting_review', 'semi_manual', 'blocked', 'closed'])
      expect(said.out).toMatch(new RegExp(`^[A-Z]{2}-\\S+ .*  ${verdict}`, 'm'))
    expect(said.out).toMatch(/^INCIDENT +SOURCES +SCORE +VERDICT +REASONS$/m)
    expect(said.out).toMatch(/^HM-2026-05-17-01 +grafana, pagerduty +24\/25 +awaiting_review$/m)
    expect(said.out).toMatch(/^HM-\S+ +grafana +24\/25 +blocked +stateful_without_backup$/m)
    expect(said.out).toContain('accepted HC-2026-05-17-2bf3ca29f2c4, 9x duplicate HC-2026-05-17-2bf3ca29f2c4')
    expect(said.out).toMatch(/^accounted for: everything \(received=\d+ .*in_flight=0/m)
    expect(said.out).toMatch(/^audit verify: PASS incidents=\d+ records=\d+$/m)
    expect(said.out).toContain('What to try next')
    expect(said.out).not.toContain('✗')
    const ports = portsIn(said.out)
    expect(ports).toHaveLength(FIVE)
    expect(await stillListening(ports)).toEqual([])
  },
  DEADLINE,
)

const interlock = (variables: Record<string, string>, ...args: string[]) =>
  new Promise<string>((resolve, reject) => {
    execFile(process.execPath, [bin, ...args], { env: { ...env, ...variables } }, (error, out, err) =>
      error ? reject(new Error(err)) : resolve(out),
    )
  })

it(
  'kept running, it can be asked until Ctrl-C; in a Redis that was given it then leaves no key',
  async () => {
    const redis = new Redis(inject('redisUrl'))
    const { child, said, ended, until } = demo(['--keep', '--json'], { REDIS_URL: inject('redisUrl') })
    try {
      await until(/\n}\n$/)
      const { outcome, incidents, running: at, problems } = JSON.parse(said.out)
      expect({ outcome, problems }).toEqual({ outcome: 'pass', problems: [] })
      const { api, metrics, ...variables } = at
      expect(metrics).toHaveLength(4)
      const [{ incident_id }] = incidents
      const [shown, asJson, view] = await Promise.all([
        interlock(variables, 'show', incident_id),
        interlock(variables, 'show', incident_id, '--json'),
        fetch(`${api}/incidents/${incident_id}`).then((response) => response.json()),
      ])
      expect(shown).toMatch(new RegExp(`^${incident_id}  awaiting_review\n`))
      expect(shown).toContain('PLAN')
      expect(JSON.parse(asJson)).toEqual(view)
      expect((await redis.keys(`{${at.QUEUE_PREFIX}}:*`)).length).toBeGreaterThan(50)

      child.kill('SIGINT')
      expect(await ended, said.err).toEqual({ code: 0, signal: null })
      expect(await redis.keys(`{${at.QUEUE_PREFIX}}:*`)).toEqual([])
      expect(await stillListening(portsIn(metrics.join(' ')))).toEqual([])
    } finally {
      redis.disconnect()
    }
  },
  DEADLINE,
)

it.each([
  ['SIGINT', { code: 130, signal: null }],
  ['SIGTERM', { code: 143, signal: null }],
  ['SIGKILL', { code: null, signal: 'SIGKILL' }],
] as const)(
  'leaves no process behind when it gets %s half way',
  async (signal, expected) => {
    const { child, said, ended, until } = demo()
    await until(/^1\. /m)
    const ports = portsIn(said.out)
    expect(await stillListening(ports)).toHaveLength(FIVE)
    child.kill(signal)
    expect(await ended).toEqual(expected)
    const gone = async () => expect(await stillListening(ports)).toEqual([])
    await vi.waitFor(gone, { timeout: GONE_DEADLINE, interval: 100 })
  },
  DEADLINE,
)

it(
  'says what is wrong when it cannot begin',
  async () => {
    const { said, ended } = demo(['--json'], { REDIS_URL: 'redis://127.0.0.1:1' })
    expect(await ended).toEqual({ code: 2, signal: null })
    expect(JSON.parse(said.out)).toMatchObject({ outcome: 'error', error: { code: 'redis_unavailable' } })
    expect(said.err).toBe('')
  },
  DEADLINE,
)
