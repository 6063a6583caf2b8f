/** How many alerts of one delivery are taken up: each costs Redis a step of its own, and the sender waits for all of them. */
import type { Reading } from '../../shared/sources/source.ts'

export const MAX_ALERTS = 1000

const severityOf = (reading: Reading) => (reading.reading === 'alert' ? reading.alert.severity : 'P9')

/** The most urgent as they are, and each of the others rejected; all in the delivery's order. */
export const mostUrgent = (readings: Reading[]): Reading[] => {
  if (readings.length <= MAX_ALERTS) return readings
  const byUrgency = readings
    .map((reading, at) => ({ at, severity: severityOf(reading) }))
    .sort((a, b) => a.severity.localeCompare(b.severity))
  const beyond = new Set(byUrgency.slice(MAX_ALERTS).map(({ at }) => at))
  const reason = `the delivery has ${readings.length} alerts and the ${MAX_ALERTS} most urgent are taken up: group them more finely`
  return readings.map((reading, at) => (beyond.has(at) ? { reading: 'rejected', reason } : reading))
}
