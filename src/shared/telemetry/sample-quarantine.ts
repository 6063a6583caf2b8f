/** Keeps `quarantine_entries` fresh; no answer of Redis leaves it absent. */
import type { Gauge } from 'prom-client'
import type { Quarantine } from '../ledger/quarantine.ts'
import { keepSampled } from './keep-sampled.ts'

/** Returns what ends it. */
export const sampleQuarantine = (quarantine: Pick<Quarantine, 'count'>, gauge: Gauge): (() => void) =>
  keepSampled(
    () => quarantine.count(),
    (count) => {
      if (count === null) gauge.remove()
      else gauge.set(count)
    },
  )
