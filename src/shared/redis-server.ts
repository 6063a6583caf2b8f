/** Where Redis comes from: given, installed, unpacked into the checkout, or, for the demo alone, a JavaScript one. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { CodedError } from './coded-error.ts'
import type { Config } from './config.ts'
import { projectFile } from './project-file.ts'
import { startRedisProcess } from './redis-process.ts'

export interface RunningRedis {
  url: string
  kind: 'given' | 'installed' | 'unpacked' | 'pure_js'
  /** Ends a server that was started here, and takes its data with it. A given one is left alone. */
  stop(): Promise<void>
}

export interface RedisOptions {
  /** Take the JavaScript server when there is no real one: an order of magnitude slower, never in production. */
  allowPureJs?: boolean
  /** Write every change to disk before it is acknowledged to last, as a real installation does. */
  appendOnly?: boolean
}

/** `scripts/setup.mjs redis` puts it there. */
const UNPACKED = projectFile('.cache/bin/redis-server')

const runs = (command: string): Promise<boolean> =>
  promisify(execFile)(command, ['--version'], { timeout: 5_000 }).then(
    () => true,
    () => false,
  )

const startPureJs = async (): Promise<RunningRedis> => {
  const { createRedisMock } = await import('js-redis-server')
  const server = await createRedisMock()
  process.stderr.write(
    [
      '',
      '  !! No Redis on this machine: using js-redis-server, a stand-in written in JavaScript.',
      '  !! It is slow, keeps everything in memory and is not what Interlock is tested on.',
      '  !! Install a real one: apt-get install redis-server, or brew install redis.',
      '',
      '',
    ].join('\n'),
  )
  return { url: server.url, kind: 'pure_js', stop: () => server.close() }
}

/** Takes the first there is, in the order above. Throws `redis_missing` with what to install when there is none. */
export const startRedis = async (
  config: Pick<Config, 'REDIS_URL' | 'NODE_ENV'>,
  { allowPureJs = false, appendOnly = false }: RedisOptions = {},
): Promise<RunningRedis> => {
  if (config.REDIS_URL) return { url: config.REDIS_URL, kind: 'given', stop: async () => {} }
  for (const [command, kind] of [
    ['redis-server', 'installed'],
    ['valkey-server', 'installed'],
    [UNPACKED, 'unpacked'],
  ] as const)
    if (await runs(command)) return { ...(await startRedisProcess(command, appendOnly)), kind }
  if (allowPureJs && config.NODE_ENV !== 'production') return startPureJs()
  throw new CodedError(
    'redis_missing',
    'no Redis found: set REDIS_URL, install one (apt-get install redis-server, or brew install redis), ' +
      'or run "node scripts/setup.mjs redis" in the checkout',
  )
}
