/** Redis takes connections and answers nothing. */
import { frozen } from '../../faults/harness/faults.ts'
import type { Experiment } from '../experiment.ts'

export const redisFrozen: Experiment = {
  name: 'redis-frozen',
  hypothesis:
    'While Redis hangs nothing is acknowledged that could be lost, and work goes on by itself when it answers again.',
  alert: 'RedisUnreachable',
  fires: { rules: 90, product: 15 },
  recovers: { rules: 30, product: 45 },
  inflict: async ({ installation }, felt) => {
    await frozen(await installation.redisPid(), felt)
    return []
  },
}
