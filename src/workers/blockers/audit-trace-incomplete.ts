/** Blocker: the trace that would explain this decision afterwards has gaps. Evaluated before any risk analysis. */
import { defineBlocker } from './define-blocker.ts'

export const auditTraceIncomplete = defineBlocker({
  code: 'audit_trace_incomplete',
  why: 'A decision that cannot be followed afterwards must not be taken by a machine.',
  check: ({ audit: { coverage, problem } }) => {
    if (coverage === 1) return null
    const because = problem === null ? '' : ` (${problem})`
    if (coverage === undefined || coverage === null) return `audit_trace_coverage is missing${because}`
    if (typeof coverage !== 'number' || !(coverage >= 0 && coverage <= 1))
      return `audit_trace_coverage=${JSON.stringify(coverage)} is not a number from 0 to 1${because}`
    return `audit_trace_coverage=${coverage} < 1.0${because}`
  },
  flip: ({ audit: { coverage, problem } }) =>
    `complete the audit trace: audit_trace_coverage from ${JSON.stringify(coverage) ?? 'missing'} to 1.0${problem === null ? '' : ` (${problem})`}`,
})
