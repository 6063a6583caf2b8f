/** Sends deliveries away while there is more to do than can be done: before they are read, or once it shows how urgent they are. */
import { priorityOf } from '../../shared/queue/job-priority.ts'
import type { Reading, Source } from '../../shared/sources/source.ts'
import { ComeAgain, type LoadReason } from './come-again.ts'
import type { Load } from './judge-load.ts'
import type { UnderWay } from './under-way.ts'

/** Not all of them at once again. */
const backIn = () => Math.round(10 * (1 + Math.random()))

const WHY: Record<LoadReason, string> = {
  queue_age: 'jobs have waited too long',
  queue_depth: 'too many jobs wait',
  event_loop: 'this process is behind with its answers',
  crowd: 'too many deliveries are under way',
  pipelined: 'this connection sends on without waiting for answers',
}

/** Throws ComeAgain where everything is sent away. */
export const shedAll = (source: Source, { all }: Load): void => {
  if (all) throw new ComeAgain(source, all, `${WHY[all]}: nothing is taken for the moment`, backIn())
}

/** For who is hung up on. */
export const pipelined = (source: Source): ComeAgain => new ComeAgain(source, 'pipelined', WHY.pipelined, backIn())

/** Throws ComeAgain where there is no room for more, and this address has its share of it. */
export const shedCrowd = (source: Source, underWay: UnderWay, address: string): void => {
  if (underWay.hasItsShare(address))
    throw new ComeAgain(source, 'crowd', `${WHY.crowd}, and this address has its share of them`, backIn())
}

/**
 * Throws ComeAgain for a delivery of which no alert is P0 to P2, where those are sent away. Not where the sender never comes
 * again: it would be lost, and what is kept too long is not.
 */
export const shedLesser = (source: Source, readings: readonly Reading[], { lesser }: Load): void => {
  if (!lesser || source.retries === 'never') return
  const alerts = readings.flatMap((reading) => (reading.reading === 'alert' ? [reading.alert] : []))
  if (alerts.length === 0 || alerts.some(({ severity }) => priorityOf(severity) === 0)) return
  throw new ComeAgain(source, lesser, `${WHY[lesser]}: alerts of P3 to P5 are not taken for the moment`, backIn())
}
