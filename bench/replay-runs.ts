/** `interlock replay --all` over a tenth of the incidents and over all: its time, and that its memory is bounded. Linux alone. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Redis } from 'ioredis'
import { projectFile } from '../src/shared/project-file.ts'
import { type Engine, throughput } from './measure.ts'
import { highestResidentMb } from './worker-memory.ts'

const BIN = projectFile('bin/interlock')
const POLL_MS = 20
/** So little that memory which grew with the ledger would end the run. */
const HEAP = '--max-old-space-size=48'

export interface ReplayRun {
  incidents: number
  seconds: number
  /** The highest resident set. */
  mb: number
}

/** Throws unless every incident is identical. */
const replayRun = async ({ host, port }: Redis['options'], installation: string): Promise<ReplayRun> => {
  const began = performance.now()
  const replay = spawn(process.execPath, [HEAP, BIN, 'replay', '--all', '--json'], {
    env: { ...process.env, REDIS_URL: `redis://${host}:${port}`, QUEUE_PREFIX: installation },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let [out, mb] = ['', 0]
  replay.stdout.setEncoding('utf8').on('data', (text) => {
    out += text
  })
  const polling = setInterval(() => {
    // Between its end and our hearing of it there is nothing to read.
    if (replay.pid && replay.exitCode === null) mb = Math.max(mb, highestResidentMb(replay.pid) || 0)
  }, POLL_MS)
  const [code] = await once(replay, 'close')
  clearInterval(polling)
  if (code !== 0) throw new Error(`the replay ended with ${code}: ${out}`)
  return { incidents: JSON.parse(out).identical, seconds: (performance.now() - began) / 1000, mb }
}

export const replayRuns = async (
  { feed, ...engine }: Engine,
  redis: Redis,
  installation: string,
  incidents: number,
): Promise<ReplayRun[]> => {
  const tenth = Math.ceil(incidents / 10)
  await throughput({ feed, ...engine }, redis, tenth)
  const small = await replayRun(redis.options, installation)
  if (incidents > tenth)
    await throughput(
      { ...engine, feed: (n) => feed(tenth + n), start: shifted(engine, tenth) },
      redis,
      incidents - tenth,
    )
  return [small, await replayRun(redis.options, installation)]
}

const shifted =
  ({ start }: Pick<Engine, 'start'>, by: number): Engine['start'] =>
  (onDone) =>
    start((n) => onDone(n - by))
