/** Keeps `accounting_imbalance` fresh on a timer, so that `/metrics` never waits for Redis; no answer leaves it absent. */
import type { Gauge } from 'prom-client'
import { imbalance } from '../ledger/accounting.ts'
import type { IncidentLedger } from '../ledger/incident-ledger.ts'

const EVERY_MS = 5000
const DEADLINE_MS = 1000

/** Returns what stops it. One question at a time is under way, so that none pile up while Redis is silent. */
export const sampleAccounting = (
  ledger: Pick<IncidentLedger, 'accounting'>,
  gauge: Gauge,
  everyMs = EVERY_MS,
): (() => void) => {
  let asking = false
  const sample = async () => {
    if (asking) return
    asking = true
    const late = setTimeout(() => gauge.remove(), DEADLINE_MS)
    try {
      gauge.set(imbalance(await ledger.accounting()))
    } catch {
      gauge.remove()
    } finally {
      clearTimeout(late)
      asking = false
    }
  }
  void sample()
  const timer = setInterval(() => void sample(), everyMs)
  return () => clearInterval(timer)
}
