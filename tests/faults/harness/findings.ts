/** What must hold after every fault, checked over everything the ledger holds: nothing lost, doubled, disordered, forged. */
import { verifyChain } from '../../../src/shared/audit/verify-chain.ts'
import type { AuditEvent, AuditRecord } from '../../../src/shared/contracts/audit-record.ts'
import type { Incident } from '../../../src/shared/contracts/incident.ts'
import { describeAccounting, imbalance } from '../../../src/shared/ledger/accounting.ts'
import type { IncidentLedger } from '../../../src/shared/ledger/incident-ledger.ts'

/** One line per finding, naming the incident and what is wrong; all empty is what is asked for. */
export interface Findings {
  /** Acknowledged, and without a verdict. */
  lost: string[]
  /** Opened, decided, ended or counted more than once. */
  doubled: string[]
  out_of_order: string[]
  broken_chains: string[]
  imbalance: string[]
}
export const NOTHING_FOUND: Findings = { lost: [], doubled: [], out_of_order: [], broken_chains: [], imbalance: [] }

/** A fault and the incidents that its senders were told it is. */
export type Told = ReadonlyMap<string, ReadonlySet<string>>

const PAGE = 200
/** `source_attached` alone may stand more than once in a trace. */
const ONCE = (event: AuditEvent) => event !== 'source_attached'
const WAY: readonly AuditEvent[] = [
  'webhook_received',
  'incident_event_normalized',
  'readiness_evaluated',
  'dry_run_evaluated',
]

const repeatedIn = (trace: readonly AuditRecord[]): string[] => {
  const events = trace.map(({ event }) => event).filter(ONCE)
  return [...new Set(events.filter((event, at) => events.indexOf(event) !== at))]
}

/** The way is gone from its beginning, without a gap; dry-run after a PASS of readiness alone. */
const disorderIn = (trace: readonly AuditRecord[]): string | null => {
  const gone = trace.filter(({ event }) => WAY.includes(event))
  const events = [...new Set(gone.map(({ event }) => event))]
  if (events.some((event, at) => event !== WAY[at])) return events.join(' < ')
  const readiness = gone.find(({ event }) => event === 'readiness_evaluated')
  const passed = readiness?.decision_diff.status?.[1] === 'dry-run'
  return events.includes('dry_run_evaluated') && !passed ? 'dry_run_evaluated without a PASS of readiness' : null
}

const look = (found: Findings, incident: Incident, trace: readonly AuditRecord[]) => {
  const { incident_id: id, status, verdict } = incident
  if (!verdict) found.lost.push(`${id}: no verdict, it is in ${status}`)
  for (const event of repeatedIn(trace)) found.doubled.push(`${id}: more than one ${event}`)
  const disorder = disorderIn(trace)
  if (disorder) found.out_of_order.push(`${id}: ${disorder}`)
  const { problem } = verifyChain(trace, incident)
  if (problem) found.broken_chains.push(`${id}: ${problem}`)
}

/** The counters against what is there: each incident is counted under its verdict, once. */
const count = (found: Findings, counters: Record<string, number>, there: Record<string, number>) => {
  for (const name of Object.keys({ ...counters, ...there })) {
    if (!name.startsWith('verdict:')) continue
    const [counted, verdicts] = [counters[name] ?? 0, there[name] ?? 0]
    if (counted > verdicts) found.doubled.push(`${name} was counted ${counted} times for ${verdicts} incidents`)
    if (counted < verdicts) found.imbalance.push(`${name} was counted ${counted} times for ${verdicts} incidents`)
  }
  if (imbalance(counters) !== 0) found.imbalance.push(`${imbalance(counters)} in ${describeAccounting(counters)}`)
}

/** Everything in the ledger, and everything its senders were told of. `incidents` is how many there are, by verdict. */
export const findingsOf = async (
  ledger: IncidentLedger,
  told: Told,
): Promise<{ found: Findings; incidents: Record<string, number> }> => {
  const found = structuredClone(NOTHING_FOUND)
  const incidents: Record<string, number> = {}
  const seen = new Set<string>()
  for (let after: { at: number; id: string } | null = null; ; ) {
    const page: { at: number; id: string }[] = await ledger.idsAfter(after, PAGE)
    for (const { id } of page) {
      const read = await ledger.read(id, 'none')
      if (!read) continue
      seen.add(id)
      const counter = `verdict:${read.incident.verdict?.verdict}`
      incidents[counter] = (incidents[counter] ?? 0) + 1
      look(found, read.incident, read.trace)
    }
    after = page.at(-1) ?? null
    if (!after) break
  }
  for (const [fault, ids] of told) {
    if (ids.size > 1) found.doubled.push(`fault ${fault} became ${[...ids].join(' and ')}`)
    for (const id of ids) if (!seen.has(id)) found.lost.push(`${id}: was acknowledged and is not in the ledger`)
  }
  const { 'verdict:undefined': _, ...ended } = incidents
  count(found, await ledger.accounting(), ended)
  return { found, incidents: ended }
}
