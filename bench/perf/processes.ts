/** A whole installation as processes, one worker a stage, to which all comes from one address; and what each has used. */
import type { Redis } from 'ioredis'
import { type InterlockProcess, startInterlock } from '../../src/cli/demo/interlock-process.ts'
import { environmentWith } from '../../src/shared/config.ts'
import { StageName } from '../../src/shared/contracts/audit-record.ts'
import { projectFile } from '../../src/shared/project-file.ts'
import { info } from '../measure.ts'

export interface Usage {
  process: string
  cpu_seconds: number
  /** Resident set of a process, `used_memory` of Redis. */
  mb: number
}

export interface Processes {
  /** Of the API. */
  address: string
  /** Without Redis. */
  ours(): Promise<Usage[]>
  usage(redis: Redis): Promise<Usage[]>
  stop(): Promise<void>
}

const MB = 1024 * 1024

const usageOf = async ({ name, address }: InterlockProcess): Promise<Usage> => {
  const text = await (await fetch(`${address}/metrics`)).text()
  const value = (metric: string) => Number(new RegExp(`^${metric} (\\S+)`, 'm').exec(text)?.[1])
  return {
    process: name,
    cpu_seconds: value('process_cpu_seconds_total'),
    mb: value('process_resident_memory_bytes') / MB,
  }
}

const redisUsage = async (redis: Redis): Promise<Usage> => ({
  process: 'redis',
  cpu_seconds: (await info(redis, 'cpu', 'used_cpu_user')) + (await info(redis, 'cpu', 'used_cpu_sys')),
  mb: (await info(redis, 'memory', 'used_memory')) / MB,
})

/** All of them, or none. Throws CodedError `process_failed`. */
export const startProcesses = async (
  url: string,
  installation: string,
  also: Parameters<typeof environmentWith>[0] = {},
): Promise<Processes> => {
  const env = environmentWith({
    REDIS_URL: url,
    QUEUE_PREFIX: installation,
    POLICY_DIR: projectFile('fixtures/policies'),
    HOST: '127.0.0.1',
    PORT: '0',
    WORKER_PORT: '0',
    LOG_LEVEL: 'info',
    WEBHOOK_RATE_LIMIT: '1000000',
    ...also,
  })
  const started: InterlockProcess[] = []
  const stop = async () => {
    await Promise.all(started.map((one) => one.stop()))
  }
  try {
    for (const args of [['serve'], ...StageName.options.map((stage) => ['worker', stage])])
      started.push(await startInterlock(args, env, new AbortController().signal))
  } catch (error) {
    await stop()
    throw error
  }
  const ours = () => Promise.all(started.map(usageOf))
  return {
    address: started[0]?.address ?? '',
    ours,
    usage: async (redis) => [...(await ours()), await redisUsage(redis)],
    stop,
  }
}
