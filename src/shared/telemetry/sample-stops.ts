/** Keeps the kill-switch gauges; no answer of Redis leaves them absent. */
import { SCOPE_KINDS } from '../contracts/stop.ts'
import type { Stops } from '../ledger/stops.ts'
import { keepSampled } from './keep-sampled.ts'
import type { Metrics } from './metrics.ts'

/** Returns what ends it. */
export const watchStops = (
  stops: Pick<Stops, 'sample'>,
  { killSwitchActive, killSwitchHeld }: Pick<Metrics, 'killSwitchActive' | 'killSwitchHeld'>,
): (() => void) =>
  keepSampled(
    () => stops.sample(),
    (sample) => {
      killSwitchActive.reset()
      killSwitchHeld.remove()
      if (sample === null) return
      for (const kind of SCOPE_KINDS)
        killSwitchActive.set({ scope: kind }, sample.scopes.filter((scope) => scope.split(':')[0] === kind).length)
      killSwitchHeld.set(sample.held)
    },
  )
