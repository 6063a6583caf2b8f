/** Keeps the kill-switch gauges: reads Redis on a timer, so that `/metrics` never has to. */
import { SCOPE_KINDS } from '../contracts/stop.ts'
import type { Stops } from '../ledger/stops.ts'
import type { Metrics } from './metrics.ts'

const EVERY_MS = 5000
const DEADLINE_MS = 2000

type Sample = Awaited<ReturnType<Stops['sample']>>
type Gauges = Pick<Metrics, 'killSwitchActive' | 'killSwitchHeld'>

/** A reading that failed or came late leaves no series at all. */
const show = (sample: Sample | null, { killSwitchActive, killSwitchHeld }: Gauges): void => {
  killSwitchActive.reset()
  killSwitchHeld.remove()
  if (sample === null) return
  for (const kind of SCOPE_KINDS)
    killSwitchActive.set({ scope: kind }, sample.scopes.filter((scope) => scope.split(':')[0] === kind).length)
  killSwitchHeld.set(sample.held)
}

/** Reads at once and then every five seconds. Returns what ends it. */
export const watchStops = (stops: Pick<Stops, 'sample'>, gauges: Gauges): (() => void) => {
  const read = () => {
    let late: NodeJS.Timeout
    const deadline = new Promise<null>((resolve) => {
      late = setTimeout(() => resolve(null), DEADLINE_MS).unref()
    })
    void Promise.race([stops.sample().catch(() => null), deadline]).then((sample) => {
      clearTimeout(late)
      show(sample, gauges)
    })
  }
  read()
  const timer = setInterval(read, EVERY_MS).unref()
  return () => clearInterval(timer)
}
