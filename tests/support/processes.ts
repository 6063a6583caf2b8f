/** Real `interlock` processes for tests: started, listened to, stopped or killed by their id, and never left behind. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Generous: the machine may be slow, and a condition that holds sooner is seen sooner. */
const DEADLINE_MS = 60_000

/** Polls until `check` does not throw; its last failure is what a missed deadline reports. Not only for tests: no vitest. */
export const eventually = async <Result>(
  check: () => Result | Promise<Result>,
  milliseconds = DEADLINE_MS,
): Promise<Result> => {
  for (const deadline = Date.now() + milliseconds; ; ) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
    await delay(50)
  }
}

export interface LogLine {
  event: string
  [field: string]: unknown
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stderr: string
  /** From the start of the process, or from when it was told to stop. */
  milliseconds: number
}

export interface InterlockProcess {
  pid: number
  /** The log lines so far. */
  lines: readonly LogLine[]
  /** What it has written to stderr so far. */
  errors(): string
  /** The `process_started` line; rejects when there is none in time. */
  started(): Promise<LogLine>
  ended(): Promise<Ended>
  /** Sends the signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<Ended>
}

const running = new Set<ChildProcess>()

/** Each process leads a group of its own, so that whatever it started is found and goes with it. */
const killGroup = ({ pid }: ChildProcess): void => {
  try {
    if (pid) process.kill(-pid, 'SIGKILL')
  } catch {
    // The whole group is gone already.
  }
}

/** For `afterEach`: kills what a test left running, or could not stop. */
export const killAll = (): void => {
  for (const child of running) killGroup(child)
}
process.once('exit', killAll)

export const isGone = (pid: number): boolean => {
  try {
    process.kill(-pid, 0)
    return false
  } catch {
    return true
  }
}

/** A process that is killed may be cut off in the middle of a line. */
const parseLine = (line: string): LogLine => {
  try {
    return JSON.parse(line)
  } catch {
    return { event: `not a log line: ${line}` }
  }
}

/** `bin/interlock`, or what else Node is to run, with these arguments, and no environment but PATH, policies under which nothing repeats, and `env`. */
export const startProcess = (
  args: readonly string[],
  env: Record<string, string>,
  program: readonly string[] = ['bin/interlock'],
  cwd = ROOT,
): InterlockProcess => {
  const child = spawn(process.execPath, [...program, ...args], {
    cwd,
    env: { PATH: process.env.PATH, POLICY_DIR: 'fixtures/policies', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running.add(child)
  const lines: LogLine[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(parseLine(line)))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  let since = Date.now()
  const closed = once(child, 'close').then(([code, signal]): Ended => {
    running.delete(child)
    return { code, signal, stderr, milliseconds: Date.now() - since }
  })
  return {
    pid: child.pid ?? 0,
    lines,
    errors: () => stderr,
    started: () =>
      eventually(() => {
        const line = lines.find(({ event }) => event === 'process_started')
        if (!line) throw new Error(`${args.join(' ')} has not started: ${stderr}`)
        return line
      }),
    ended: () => closed,
    stop: (signal) => {
      since = Date.now()
      child.kill(signal)
      return closed
    },
  }
}

/** A command to its end: its exit code and all it wrote. */
export const runInterlock = async (
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> => {
  const child = spawn(process.execPath, ['bin/interlock', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, POLICY_DIR: 'fixtures/policies', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running.add(child)
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  running.delete(child)
  return { code, stdout, stderr }
}
