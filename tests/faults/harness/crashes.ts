/** For every crash point, the processes that end themselves there, and what brings them to it and follows on them. */
import { StageName } from '../../../src/shared/contracts/audit-record.ts'
import type { CrashPoint } from '../../../src/shared/crash-point.ts'
import { eventually, type InterlockProcess } from '../../support/processes.ts'
import { BURST, burst, type Scene } from './faults.ts'
import type { Installation } from './installation.ts'
import type { Setup } from './site.ts'

interface Crash {
  setup: Setup
  inflict(scene: Scene): Promise<void>
}

/** From the second time on there is something behind the process that the crash could harm. */
const at = (point: CrashPoint, passing = 2) => ({ crashAt: `${point} ${passing} SIGKILL` })

/** The process must have ended itself: nobody else sends it this signal. */
export const crashed = async (process: InterlockProcess): Promise<void> => {
  const { signal, code, stderr } = await process.ended()
  if (signal !== 'SIGKILL')
    throw new Error(`its crash point was not reached, it ended with ${signal ?? code}: ${stderr}`)
}

const everyone = ({ apis, workers }: Installation) => [...apis, ...workers]

const accepting = (point: CrashPoint): Crash => ({
  setup: { apis: [at(point)], workers: [{ stages: [] }] },
  inflict: async ({ installation: { apis } }) => {
    for (const api of apis) {
      await crashed(api.current())
      await api.replace('SIGKILL')
    }
  },
})

/** The crash of each stage's worker; the others get on through a fourth, which comes when the first is dead. */
const deciding = (point: CrashPoint): Crash => ({
  setup: { apis: [{}], workers: StageName.options.map((stage) => ({ stages: [stage], ...at(point, BURST / 2) })) },
  inflict: async (scene) => {
    const { workers, start } = scene.installation
    const crashes = workers.map((worker) => crashed(worker.current()))
    await Promise.all(burst(scene))
    await crashes[0]
    start(['worker'])
    await Promise.all(crashes)
  },
})

/** Incidents that readiness cannot judge: what normalize found out about them is gone. */
const damage = async ({ installation: { ledger, redis } }: Scene, count: number) =>
  eventually(async () => {
    const listed = await ledger.idsAfter(null, 100)
    const incidents = await Promise.all(listed.map(({ id }) => ledger.readRecord(id)))
    const waiting = incidents.flatMap((incident) => (incident?.status === 'readiness' ? [incident] : []))
    if (waiting.length < count) throw new Error(`${waiting.length} incidents wait for readiness`)
    for (const { incident_id } of waiting.slice(0, count))
      await redis.hdel(ledger.keys.incident(incident_id), 'decision:normalize')
  })

/** So many incidents end as dead letters. */
export const DAMAGED = 3

const givingUp = (point: CrashPoint): Crash => ({
  setup: { apis: [{}], workers: [{ stages: ['normalize', 'dry-run'] }], stories: ['measured'] },
  inflict: async (scene) => {
    await damage(scene, DAMAGED)
    await crashed(scene.installation.start(['worker', 'readiness'], at(point)))
    scene.installation.start(['worker', 'readiness'])
  },
})

/** An emergency stop holds a whole burst, and is lifted when the worker that held it has died and another goes on. */
const holding = (point: CrashPoint): Crash => ({
  setup: { apis: [{}], workers: [{ stages: [], ...at(point) }] },
  inflict: async (scene) => {
    const { ledger, workers } = scene.installation
    const order = { scope: 'global', by: 'test', reason: 'the worker that holds is killed' }
    await ledger.stops.engage(order, new Date().toISOString())
    await Promise.all(burst(scene))
    for (const worker of workers) {
      await crashed(worker.current())
      await worker.replace('SIGKILL')
    }
    await eventually(async () => {
      const { held } = await ledger.stops.sample()
      if (held < BURST) throw new Error(`${held} are held`)
    })
    await ledger.stops.lift(order, new Date().toISOString())
  },
})

const stopping = (point: CrashPoint): Crash => ({
  setup: { apis: [at(point, 1)], workers: [{ stages: [], ...at(point, 1) }] },
  inflict: async ({ installation }) => {
    await Promise.all(
      everyone(installation).map(async (member) => {
        await member.current().stop('SIGTERM')
        await crashed(member.current())
        await member.replace('SIGKILL')
      }),
    )
  },
})

/** Those of orders and upkeep, which no load passes: `step-crashes.redis.test.ts` brings each about. */
type StepPoint = `${'put-back' | 'release' | 'prune' | 'review'}:${'before' | 'after'}`
export type LoadPoint = Exclude<CrashPoint, StepPoint>

export const CRASHES: Record<LoadPoint, (point: LoadPoint) => Crash> = {
  'accept:before-write': accepting,
  'accept:after-write': accepting,
  'stage:fetched': deciding,
  'stage:decided': deciding,
  'stage:before-commit': deciding,
  'stage:after-commit': deciding,
  'dead-letter:before': givingUp,
  'dead-letter:after': givingUp,
  'hold:before': holding,
  'hold:after': holding,
  'shutdown:signalled': stopping,
  'shutdown:drained': stopping,
}
