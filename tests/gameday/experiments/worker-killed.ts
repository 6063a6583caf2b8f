/** A worker is killed with jobs in hand, and started again as a supervisor does. */
import { setTimeout as delay } from 'node:timers/promises'
import { burst } from '../../faults/harness/faults.ts'
import { WORKERS } from '../../faults/harness/site.ts'
import { eventually } from '../../support/processes.ts'
import type { Experiment, Scene } from '../experiment.ts'

/** Nobody takes so long for a job, but who stands still. */
const LONG_MS = 1_000

/** Stops the first worker in the middle of a burst; whether it then has jobs in hand. */
const caughtWithJobs = async (scene: Scene, pid: number): Promise<boolean> => {
  const { ledger, redis } = scene.installation
  const inHand = async () =>
    (
      await Promise.all(
        (WORKERS[0]?.stages ?? []).map((stage) => redis.lrange(`${ledger.keys.prefix}${stage}:active`, 0, -1)),
      )
    ).flat()
  const coming = burst(scene)
  await Promise.race(coming)
  process.kill(pid, 'SIGSTOP')
  const before = new Set(await inHand())
  await delay(LONG_MS)
  const still = (await inHand()).filter((id) => before.has(id))
  if (still.length > 0) return true
  process.kill(pid, 'SIGCONT')
  return false
}

export const workerKilled: Experiment = {
  name: 'worker-killed',
  hypothesis: 'The jobs that a killed worker had in hand are taken over by others and decided once, in time.',
  alert: 'StalledJobs',
  fires: { rules: 0, product: 30 },
  recovers: { rules: 900, product: 45 },
  inflict: async (scene, felt) => {
    const [worker] = scene.installation.workers
    if (!worker) throw new Error('there is no worker to kill')
    await eventually(async () => {
      if (!(await caughtWithJobs(scene, worker.current().pid))) throw new Error('it had no job in hand')
    })
    await worker.replace('SIGKILL')
    await felt()
    return []
  },
}
