/** A job that kills every process that works on it: it ends in a verdict, and takes no other incident with it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { afterAll, expect, inject, it } from 'vitest'
import { verifyChain } from '../src/shared/audit/verify-chain.ts'
import { openPipeline } from './support/pipeline.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
afterAll(() => redis.disconnect())

const script = fileURLToPath(new URL('support/crashing-worker.ts', import.meta.url))

it('is dead-lettered after its sixth crash, alone', { timeout: 300_000 }, async () => {
  const installation = 'poison'
  const { ledger, queues, accept, balanced } = await openPipeline(redis, installation)
  const ids = await Promise.all(Array.from({ length: 12 }, (_, n) => accept(`pod-${n}`)))
  const [poison = '', ...others] = ids
  // Three crashes lie behind all of them, which they met together.
  for (const id of ids) await redis.hset(`{${installation}}:normalize:${id}`, { stc: 3, ats: 4 })
  const statusOf = async (id: string) => (await ledger.readRecord(id))?.status

  const deaths: (NodeJS.Signals | null)[] = []
  while ((await statusOf(poison)) === 'normalize') {
    const args = ['--import', 'tsx', script, inject('redisUrl'), installation, poison]
    const worker = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    const died = once(worker, 'exit').then(([, signal]) => signal as NodeJS.Signals)
    const ended = expect.poll(() => statusOf(poison), { timeout: 120_000, interval: 200 }).not.toBe('normalize')
    const signal = await Promise.race([died, Promise.resolve(ended).then(() => null)])
    if (signal) deaths.push(signal)
    worker.kill('SIGKILL')
    await died
    Promise.resolve(ended).catch(() => {})
  }
  expect(deaths).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL'])

  const read = await ledger.read(poison)
  expect(read?.incident.verdict).toMatchObject({ verdict: 'dead_lettered', stage: 'normalize' })
  expect(read?.trace.at(-1)?.decision_diff.reason).toEqual([null, 'job stalled more than allowable limit'])
  expect(read && verifyChain(read.trace, read.incident).problem).toBeNull()
  expect(await queues.normalize.getJobCounts('failed', 'active')).toEqual({ failed: 1, active: 0 })
  expect(await Promise.all(others.map(statusOf))).toEqual(others.map(() => 'readiness'))
  await balanced()
})
