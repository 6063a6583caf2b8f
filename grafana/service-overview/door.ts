/** The third row of the service overview: what the door turned away, and what it kept for a person to look at. */
import type { Row } from '../frame.ts'
import { lines } from '../panels.ts'
import { rate, worst } from '../promql.ts'

export const door: Row = {
  id: 300,
  title: 'Behind it: what the door refused and kept',
  panels: [
    lines({
      id: 24,
      title: 'Deliveries without proof',
      description: 'Refused per second with 401, by why: a wrong secret at the sender, or somebody who is none.',
      unit: 'reqps',
      span: 8,
      stacked: true,
      runbooks: ['DeliveriesUnproven'],
      queries: [[rate('interlock_webhook_unauthorized_total', 'reason'), '{{reason}}']],
    }),
    lines({
      id: 25,
      title: 'Operator requests refused',
      description:
        'Refused per second beyond the webhooks, by why: an old token, a role that is too small, or a stranger.',
      unit: 'reqps',
      span: 8,
      stacked: true,
      runbooks: ['OperatorsRefused'],
      queries: [
        [rate('interlock_operator_auth_failures_total', 'reason'), '{{reason}}'],
        [rate('interlock_operator_tokens_refused_total'), 'tokens file'],
      ],
    }),
    lines({
      id: 26,
      title: 'Quarantine',
      description: 'Deliveries kept because not all of them was understood, and how many come and go in a second.',
      unit: 'short',
      span: 8,
      queries: [
        [worst('interlock_quarantine_entries'), 'there now'],
        [rate('interlock_quarantined_total'), 'kept'],
        [rate('interlock_quarantine_dropped_total'), 'gone'],
      ],
    }),
  ],
}
