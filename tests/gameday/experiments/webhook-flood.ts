/** More alerts than the workers can decide: they are held to a small part of their time, so that any sender outruns them. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Experiment, Scene } from '../experiment.ts'

const PERIOD_MS = 200
/** Of each period. */
const AWAKE_MS = 20
const SENDERS = 20
/** A sender waits so long between two alerts: together they tell of a hundred a second. */
const PAUSE_MS = 200

/** Stops and lets on, in turns, as a limit on the processor does. */
const heldBack = async (pids: readonly number[], lasting: () => boolean) => {
  const send = (signal: NodeJS.Signals) => {
    for (const pid of pids) process.kill(pid, signal)
  }
  while (lasting()) {
    send('SIGSTOP')
    await delay(PERIOD_MS - AWAKE_MS)
    send('SIGCONT')
    await delay(AWAKE_MS)
  }
}

const send = async ({ load }: Scene, name: string, lasting: () => boolean) => {
  for (let n = 0; lasting(); n++) {
    await load.tell(`${name}-${n}`, 'measured')
    await delay(PAUSE_MS)
  }
}

export const webhookFlood: Experiment = {
  name: 'webhook-flood',
  hypothesis:
    'A flood beyond what the workers can decide is taken and kept; all of it is decided, once, when it is over.',
  alert: 'TimelinessFastBurn',
  fires: { rules: 60, product: 120 },
  recovers: { rules: 300, product: 180 },
  inflict: async (scene, felt) => {
    let over = false
    const lasting = () => !over
    const alarm = felt().finally(() => {
      over = true
    })
    const pids = scene.installation.workers.map((worker) => worker.current().pid)
    const senders = Array.from({ length: SENDERS }, (_, sender) => send(scene, `flood-${sender}`, lasting))
    const ends = await Promise.allSettled([alarm, heldBack(pids, lasting), ...senders])
    return ends.flatMap((end) => (end.status === 'rejected' ? [`the flood: ${end.reason}`] : []))
  },
}
