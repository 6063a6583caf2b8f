/** Every kind of fault, as a function that does the harm, waits until it was felt, and mends it. */
import type { Chance } from '../../../bench/chance.ts'
import { eventually } from '../../support/processes.ts'
import type { Installation, Member } from './installation.ts'
import type { Load } from './load.ts'

export interface Scene {
  installation: Installation
  load: Load
  random: Chance
  /** How long to wait for what must come. */
  patienceMs: number
}

/** `on`: two faults on the same thing at once would mend each other. */
interface Fault {
  on: 'redis' | 'network' | 'workers' | 'apis'
  inflict(scene: Scene): Promise<void>
}

const expectThat = (condition: boolean, what: string) => {
  if (!condition) throw new Error(what)
}

/** Senders notice: a delivery was refused, or not answered in time. */
const untilRefused = async ({ load, patienceMs }: Scene) => {
  const before = load.refused()
  await eventually(() => expectThat(load.refused() > before, 'nothing was refused'), patienceMs)
}

/** Whatever was in flight when it was asked has its verdict: others took over from who does not answer. */
const untilOthersTookOver = async ({ installation: { ledger }, patienceMs }: Scene) => {
  const now = await eventually(() => ledger.idsAfter(null, 50))
  await eventually(async () => {
    for (const { id } of now) expectThat((await ledger.readRecord(id))?.verdict !== null, `nobody took over ${id}`)
  }, patienceMs)
}

/** So many come at once that several are on their way together, and workers fetch the next along with a reply. */
export const BURST = 30
export const burst = ({ load, random }: Scene): Promise<void>[] => {
  const name = `burst-${random.below(1e9)}`
  return Array.from({ length: BURST }, (_, n) => load.tell(`${name}-${n}`, 'measured'))
}

/** Killed when the first of a burst is acknowledged and the others are somewhere on their way. */
export const killAmidst = async (members: readonly Member[], scene: Scene): Promise<void> => {
  const coming = burst(scene)
  await Promise.race(coming)
  await Promise.all(members.map((member) => member.replace('SIGKILL')))
  await Promise.all(members.map((member) => member.current().started()))
  await Promise.all(coming)
}

const signal = (pid: number, name: NodeJS.Signals) => process.kill(pid, name)

/** Stopped, felt, and let on. */
export const frozen = async (pid: number, felt: () => Promise<unknown>) => {
  const thaw = () => signal(pid, 'SIGCONT')
  // Who stands still cannot be told to end either.
  process.once('exit', thaw)
  signal(pid, 'SIGSTOP')
  try {
    await felt()
  } finally {
    process.off('exit', thaw)
    thaw()
  }
}

/** Commands that break Redis and mend it, sent until it takes them. */
export const commanded =
  (harm: readonly [string, ...string[]], mend: readonly [string, ...string[]]) =>
  async (scene: Scene, felt: () => Promise<unknown> = () => untilRefused(scene)) => {
    const { redis } = scene.installation
    const send = ([name, ...args]: readonly [string, ...string[]]) => eventually(() => redis.call(name, ...args))
    await send(harm)
    try {
      await felt()
    } finally {
      await send(mend)
    }
  }

const onNetwork = (harm: (network: Installation['network']) => void) => async (scene: Scene) => {
  const { network } = scene.installation
  harm(network)
  try {
    await untilRefused(scene)
  } finally {
    network.heal()
  }
}

/** The record that each write brings along: an accept, and the commit of each stage. */
const WRITES = ['webhook_received', 'incident_event_normalized', 'readiness_evaluated', 'dry_run_evaluated']

const SENDERS = 50

/** The same delivery so many times, by fifty senders at once. */
export const storm =
  (deliveries: number) =>
  async ({ load, random }: Scene) => {
    const fault = `storm-${random.below(1e9)}`
    let left = deliveries
    const send = async () => {
      while (left-- > 0) await load.tell(fault, 'measured')
    }
    await Promise.all(Array.from({ length: SENDERS }, send))
  }

export const FAULTS = {
  worker_killed: {
    on: 'workers',
    inflict: (scene) => killAmidst([scene.random.pick(scene.installation.workers)], scene),
  },
  worker_frozen: {
    on: 'workers',
    inflict: async (scene) => {
      const coming = burst(scene)
      await Promise.race(coming)
      await frozen(scene.random.pick(scene.installation.workers).current().pid, async () => {
        await Promise.all(coming)
        await untilOthersTookOver(scene)
      })
    },
  },
  worker_with_wrong_clock: {
    on: 'workers',
    inflict: async ({ installation, random }) => {
      const member = random.pick(installation.workers)
      await member.replace('SIGTERM', { skewSeconds: random.pick([-30, 30]) })
      await member.current().started()
    },
  },
  api_killed: { on: 'apis', inflict: (scene) => killAmidst([scene.random.pick(scene.installation.apis)], scene) },
  api_frozen: {
    on: 'apis',
    inflict: (scene) => frozen(scene.random.pick(scene.installation.apis).current().pid, () => untilRefused(scene)),
  },
  duplicates: { on: 'apis', inflict: storm(200) },
  redis_killed: {
    on: 'redis',
    inflict: async ({ installation }) => {
      const pid = await installation.redisPid()
      signal(pid, 'SIGKILL')
      await eventually(async () => expectThat((await installation.redisPid()) !== pid, 'Redis was not started again'))
    },
  },
  redis_frozen: {
    on: 'redis',
    inflict: async (scene) => frozen(await scene.installation.redisPid(), () => untilRefused(scene)),
  },
  redis_paused: { on: 'redis', inflict: commanded(['CLIENT', 'PAUSE', '4000', 'ALL'], ['CLIENT', 'UNPAUSE']) },
  redis_full: {
    on: 'redis',
    inflict: commanded(['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']),
  },
  redis_read_only: { on: 'redis', inflict: commanded(['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']) },
  replies_lost: { on: 'network', inflict: onNetwork((network) => network.loseRepliesTo(WRITES)) },
  silence: { on: 'network', inflict: onNetwork((network) => network.fallSilent()) },
  half_open: { on: 'network', inflict: onNetwork((network) => network.halfOpen()) },
  cut_in_the_middle: { on: 'network', inflict: onNetwork((network) => network.cutAfter(500)) },
} satisfies Record<string, Fault>
export type FaultName = keyof typeof FAULTS
