/** Redis is killed and stays away for a while; then its supervisor starts it again on its own files. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { frozen } from '../../faults/harness/faults.ts'
import { eventually } from '../../support/processes.ts'
import type { Experiment } from '../experiment.ts'

const parentOf = async (pid: number): Promise<number> => {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'ppid=', '-p', String(pid)])
  return Number(stdout)
}

export const redisRestarted: Experiment = {
  name: 'redis-restarted',
  hypothesis: 'Whatever was acknowledged before Redis was killed is there when it comes back, and is decided once.',
  alert: 'RedisUnreachable',
  fires: { rules: 90, product: 15 },
  recovers: { rules: 30, product: 45 },
  inflict: async ({ installation }, felt) => {
    const pid = await installation.redisPid()
    await frozen(await parentOf(pid), async () => {
      process.kill(pid, 'SIGKILL')
      await felt()
    })
    await eventually(async () => {
      if ((await installation.redisPid()) === pid) throw new Error('Redis was not started again')
    })
    return []
  },
}
