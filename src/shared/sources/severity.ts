/** Severity as sources name it into P0..P5. */
import type { Alert } from '../contracts/alert.ts'
import { Severity } from '../contracts/severity.ts'

export type Claim = Pick<Alert, 'severity' | 'severity_inferred'>

const WORDS: ReadonlyMap<string, Severity> = new Map(
  Object.entries({
    P1: ['critical', 'fatal', 'page', 'disaster', 'emergency'],
    P2: ['error', 'high', 'major'],
    P3: ['warning', 'average', 'medium', 'minor'],
    P4: ['info', 'low', 'notice'],
    P5: ['debug', 'verbose'],
  } satisfies Partial<Record<Severity, string[]>>).flatMap(([level, words]) =>
    words.map((word) => [word, Severity.parse(level)] as const),
  ),
)

/** The organisation's own scale, taken literally and never shifted. P0 exists only here. */
const explicit = (text: string): Severity | undefined => {
  const level = text.trim().toUpperCase()
  return Severity.options.find((one) => one === level)
}

const stated = (severity: Severity | undefined): Claim | null =>
  severity === undefined ? null : { severity, severity_inferred: false }

/** Unknown is P3: never P1, and never dropped. */
export const UNKNOWN_SEVERITY: Claim = { severity: 'P3', severity_inferred: true }

/** A label `none` says that the alert is no incident (Watchdog, InfoInhibitor). */
export const isNoIncident = (severityLabel: string): boolean => severityLabel.trim().toLowerCase() === 'none'

export const namedSeverity = (priority: string, severity: string): Claim | null =>
  stated(explicit(priority) ?? explicit(severity) ?? WORDS.get(severity.trim().toLowerCase()))

/** PagerDuty's urgency is a notification setting; what it says of severity is a guess. */
export const urgencySeverity = (urgency: string): Claim => {
  if (urgency === 'high') return { severity: 'P2', severity_inferred: true }
  return urgency === 'low' ? { severity: 'P4', severity_inferred: true } : UNKNOWN_SEVERITY
}

/** Severities that a source counts instead of naming them; null for any other. */
export const countedSeverity = (levels: Readonly<Record<string, Severity>>, level: string): Claim | null =>
  stated(Object.hasOwn(levels, level) ? levels[level] : undefined)
