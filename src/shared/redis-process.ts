/** One Redis process of our own on loopback: started by `redis-server` when none was given, gone when its parent is. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { CodedError } from './coded-error.ts'
import { freePort } from './free-port.ts'

const START_DEADLINE_MS = 15_000
const STOP_DEADLINE_MS = 5_000
const PORT_ATTEMPTS = 5

/**
 * Runs the server and removes its folder after it. The parent holds the other end of standard input: when that closes,
 * for whatever reason, SIGKILL included, the server is stopped. So no signal handler is needed and none is in the way.
 */
const GUARD = `
folder=$1; shift
exec 3<&0
"$@" 3<&- &
server=$!
( read -r end <&3; kill "$server" ) 2>/dev/null &
watcher=$!
wait "$server"; status=$?
kill "$watcher" 2>/dev/null
/bin/rm -rf -- "$folder"
exit "$status"
`

/** Waits until the server on this port answers PING. False: it is a stranger's, it does not work in `folder`. */
const answers = async (port: number, folder: string, signal: AbortSignal): Promise<boolean> => {
  const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => {}) // refused until it listens
  signal.addEventListener('abort', () => client.disconnect())
  try {
    await client.ping()
    const [, dir] = (await client.config('GET', 'dir')) as [string, string]
    return dir === folder
  } finally {
    client.disconnect()
  }
}

/** A server of ours: everything in it is gone after `stop`, which has a deadline and may be called twice. */
export interface RedisProcess {
  url: string
  stop(): Promise<void>
}

const startOn = async (port: number, command: string, appendOnly: boolean): Promise<RedisProcess | 'port_taken'> => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'interlock-redis-')))
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
  const kept = ['--save', '', '--appendonly', appendOnly ? 'yes' : 'no', '--maxmemory-policy', 'noeviction']
  // Detached: Ctrl-C reaches every process of a terminal's group, and the server must outlive the parent's own drain.
  const guard = spawn('/bin/sh', ['-c', GUARD, 'redis-guard', folder, command, ...place, ...kept], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  let said = ''
  guard.stdout.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000)
  })
  const ended = once(guard, 'close')
  const handles = [guard, guard.stdin as Socket, guard.stdout as Socket]

  const stop = async (): Promise<void> => {
    for (const handle of handles) handle.ref()
    guard.stdin.end()
    const late = delay(STOP_DEADLINE_MS, 'late' as const, { ref: false })
    if ((await Promise.race([ended, late])) !== 'late') return
    if (guard.pid) process.kill(-guard.pid, 'SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
  const fail = (what: string): never => {
    throw new CodedError('redis_start_failed', `${command} ${what}: ${said.trim().split('\n').at(-1)}`)
  }

  const waiting = new AbortController()
  let ready = false
  try {
    ready = await Promise.race([
      answers(port, folder, waiting.signal),
      ended.then(([code]) => (/address already in use/i.test(said) ? false : fail(`ended with ${code}`))),
      delay(START_DEADLINE_MS, false, { signal: waiting.signal }).then(() => fail('did not answer in time')),
    ])
  } finally {
    waiting.abort()
    if (!ready) await stop()
  }
  if (!ready) return 'port_taken'
  // From here on the server alone must not keep a parent alive that has nothing else to do.
  for (const handle of handles) handle.unref()
  return { url: `redis://127.0.0.1:${port}`, stop }
}

/** Another process may take a free port before the server does: then another one is tried. */
export const startRedisProcess = async (command: string, appendOnly: boolean): Promise<RedisProcess> => {
  for (let attempt = 1; attempt <= PORT_ATTEMPTS; attempt += 1) {
    const started = await startOn(await freePort(), command, appendOnly)
    if (started !== 'port_taken') return started
  }
  throw new CodedError('redis_start_failed', `${command} found its port taken ${PORT_ATTEMPTS} times; try again`)
}
