/** A worker stops with its decision in hand; another takes the job over and decides; then the first one goes on. */
import { StageName } from '../../../src/shared/contracts/audit-record.ts'
import { eventually } from '../../support/processes.ts'
import type { Scene } from './faults.ts'
import type { Size } from './installation.ts'

/** The first worker is the one that will oversleep, the second has the other stages. */
export const withSleeper = (stage: StageName): Pick<Size, 'apis' | 'workers'> => ({
  apis: [{}],
  workers: [
    { stages: [stage], crashAt: 'stage:before-commit 1 SIGSTOP' },
    { stages: StageName.options.filter((other) => other !== stage) },
  ],
})

/** Resolves when the sleeper has tried to commit. */
export const oversleeping = (stage: StageName) => async (scene: Scene) => {
  const { installation, load, patienceMs } = scene
  const { ledger, redis, start } = installation
  const sleeper = installation.workers[0]?.current()
  if (!sleeper) throw new Error('there is no worker to oversleep')
  const inFlight = async () => (await ledger.accounting()).in_flight

  await load.tell('overslept', 'measured')
  await eventually(async () => {
    if ((await redis.llen(`${ledger.keys.prefix}${stage}:active`)) !== 1) throw new Error('nobody works on it')
  }, patienceMs)
  start(['worker', stage])
  await eventually(async () => {
    if ((await inFlight()) !== 0) throw new Error('nobody took over')
  }, patienceMs)
  process.kill(sleeper.pid, 'SIGCONT')
  await eventually(() => {
    const told = JSON.stringify(sleeper.lines)
    if (!/Missing (lock|key)/.test(told) && !told.includes('stage_decided')) throw new Error(`no commit in ${told}`)
  }, patienceMs)
}
