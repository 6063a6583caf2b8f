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
  flip: ({ audit: { coverage, problem } }) => {
    if (problem !== null)
      return `nobody can complete a trace afterwards (${problem}): the owner of the pipeline must find out who changed it, beginning with "interlock audit verify"`
    const from = typeof coverage === 'number' || typeof coverage === 'string' ? coverage : null
    const text = `complete the audit trace (audit_trace_coverage: 1.0, now ${JSON.stringify(coverage) ?? 'missing'})`
    return [{ change: 'check', name: 'audit_trace_coverage', from, to: 1, text }]
  },
})
