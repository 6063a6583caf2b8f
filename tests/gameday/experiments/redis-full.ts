/** Redis has reached maxmemory and refuses every write. */
import { commanded } from '../../faults/harness/faults.ts'
import type { Experiment } from '../experiment.ts'

const fill = commanded(['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0'])

export const redisFull: Experiment = {
  name: 'redis-full',
  hypothesis: 'Without memory for a write nothing is acknowledged or decided, nothing is evicted, and senders get 503.',
  alert: 'RedisWritesRefused',
  fires: { rules: 0, product: 20 },
  recovers: { rules: 300, product: 45 },
  inflict: async (scene, felt) => {
    const before = scene.load.refused()
    await fill(scene, felt)
    return scene.load.refused() > before ? [] : ['no delivery was refused while nothing could be written']
  },
}
