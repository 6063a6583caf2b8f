/** Keeps `accounting_imbalance` fresh; no answer of Redis leaves it absent. */
import type { Gauge } from 'prom-client'
import { imbalance } from '../ledger/accounting.ts'
import type { IncidentLedger } from '../ledger/incident-ledger.ts'
import { keepSampled } from './keep-sampled.ts'

/** Returns what ends it. */
export const sampleAccounting = (ledger: Pick<IncidentLedger, 'accounting'>, gauge: Gauge): (() => void) =>
  keepSampled(
    () => ledger.accounting(),
    (counters) => {
      if (counters === null) gauge.remove()
      else gauge.set(imbalance(counters))
    },
  )
