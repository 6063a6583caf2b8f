/** One `bin/interlock …` as a process of its own: started, watched until it is ready, and gone when the demo is. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { CodedError } from '../../shared/coded-error.ts'
import { projectFile } from '../../shared/project-file.ts'

const BIN = projectFile('bin/interlock')

/**
 * Loaded into the process before anything else: it stops when its standard input closes, which the kernel does for us
 * however the demo ends, SIGKILL included.
 */
const STOP_WITH_PARENT = `data:text/javascript,${encodeURIComponent(
  `process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM')).resume().unref()`,
)}`

const START_DEADLINE_MS = 45_000
const STOP_DEADLINE_MS = 10_000
const KEPT_LINES = 8

/** What every log says when all is well; kept of it would push out what is not. */
const ROUTINE = '{"level":"info"'

const Started = z.object({
  event: z.literal('process_started'),
  address: z.url().optional(),
  probes: z.url().optional(),
})

export interface InterlockProcess {
  /** The command line, for people. */
  name: string
  /** Where it answers `/readyz` and `/metrics`. */
  address: string
  /** The last lines it wrote that are not mere routine. */
  lastLines(): string[]
  /** Rejects with CodedError `process_failed` once it has ended. */
  failure: Promise<never>
  /** SIGTERM, and after a deadline SIGKILL; both to this process alone. */
  stop(): Promise<void>
}

const addressIn = (line: string): string | null => {
  try {
    const started = Started.safeParse(JSON.parse(line)).data
    return started?.address ?? started?.probes ?? null
  } catch {
    return null
  }
}

/** Detached: Ctrl-C reaches every process of a terminal's group, and the demo stops its own in order. */
const spawnInterlock = (args: readonly string[], env: NodeJS.ProcessEnv, onLine: (line: string) => void = () => {}) => {
  const child = spawn(process.execPath, ['--import', STOP_WITH_PARENT, BIN, ...args], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      onLine(line)
      if (line.startsWith(ROUTINE)) return
      lines.push(line)
      if (lines.length > KEPT_LINES) lines.shift()
    })
  const ended = once(child, 'close')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const late = await Promise.race([ended, delay(STOP_DEADLINE_MS, 'late' as const, { ref: false })])
    if (late !== 'late') return
    child.kill('SIGKILL')
    await ended
  }
  return { lines, ended, stop }
}

/** Throws CodedError `process_failed` with the process's last words when it ends or stays silent before it is ready. */
export const startInterlock = async (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<InterlockProcess> => {
  const name = ['interlock', ...args].join(' ')
  let isReady: (address: string) => void = () => {}
  const ready = new Promise<string>((resolve) => {
    isReady = resolve
  })
  const { lines, ended, stop } = spawnInterlock(args, env, (line) => {
    const address = addressIn(line)
    if (address) isReady(address)
  })
  const fail = (what: string): never => {
    throw new CodedError('process_failed', [`"${name}" ${what}:`, ...lines.map((line) => `  ${line}`)].join('\n'))
  }
  const failure = ended.then(([code, killedBy]) => fail(`ended with ${code ?? killedBy}`))
  failure.catch(() => {}) // whoever waits for this process hears of it; when it was told to stop, nobody does
  const waiting = new AbortController()
  const either = AbortSignal.any([signal, waiting.signal])
  try {
    const address = await Promise.race([
      ready,
      failure,
      delay(START_DEADLINE_MS, undefined, { signal: either }).then(() => fail('was not ready in time')),
    ])
    return { name, address, lastLines: () => [...lines], failure, stop }
  } catch (error) {
    await stop()
    throw error
  } finally {
    waiting.abort()
  }
}

/** Runs a command to its end: its exit code (null when it was killed) and its last lines. */
export const runInterlock = async (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<{ code: number | null; out: string }> => {
  const { lines, ended, stop } = spawnInterlock(args, env)
  const onAbort = () => void stop()
  signal.addEventListener('abort', onAbort, { once: true })
  const [code] = await ended
  signal.removeEventListener('abort', onAbort)
  signal.throwIfAborted()
  return { code, out: lines.join('\n') }
}
