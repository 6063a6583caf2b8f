/** A job that fails whenever it is tried: what normalize found out about its incident is gone. */
import { openQueue } from '../../../src/shared/queue/stage-queues.ts'
import { eventually } from '../../support/processes.ts'
import type { Experiment, Scene } from '../experiment.ts'

const FIELD = 'decision:normalize'

/** Caught between two stages while nothing is handed out, since it takes no time. Gives what puts it right again. */
const poison = async ({ installation: { ledger, redis }, load }: Scene): Promise<() => Promise<unknown>> => {
  const queue = openQueue('readiness', redis, 'faults')
  await queue.pause()
  try {
    await load.tell('poison', 'measured')
    const [id = ''] = load.told.get('poison') ?? []
    await eventually(async () => {
      if ((await ledger.readRecord(id))?.status !== 'readiness') throw new Error(`${id} does not wait for readiness`)
    })
    const key = ledger.keys.incident(id)
    const stored = await redis.hget(key, FIELD)
    if (stored === null) throw new Error(`${id} has no ${FIELD}`)
    await redis.hdel(key, FIELD)
    return () => redis.hset(key, FIELD, stored)
  } finally {
    await queue.resume()
  }
}

export const poisonJob: Experiment = {
  name: 'poison-job',
  hypothesis:
    'A job that cannot succeed ends as a dead letter without holding others, and a redrive decides it when it can.',
  alert: 'DeadLetterGrowing',
  fires: { rules: 0, product: 20 },
  recovers: { rules: 60, product: 30 },
  inflict: async (scene, felt) => {
    const mend = await poison(scene)
    await felt()
    await mend()
    const { code, stderr } = await scene.installation.run([
      ...['redrive', '--queue', 'readiness', '--by', 'gameday', '--reason', 'the record is whole again'],
    ])
    return code === 0 ? [] : [`interlock redrive: ${stderr}`]
  },
}
