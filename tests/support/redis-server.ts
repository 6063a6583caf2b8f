/** Starts the one real Redis that every `*.redis.test.ts` of a run shares; each file keeps to a QUEUE_PREFIX of its own. */
import type { TestProject } from 'vitest/node'
import { loadConfig } from '../../src/shared/config.ts'
import { startRedis } from '../../src/shared/redis-server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    redisUrl: string
  }
}

export default async ({ provide }: TestProject): Promise<() => Promise<void>> => {
  const redis = await startRedis(loadConfig())
  provide('redisUrl', redis.url)
  return redis.stop
}
