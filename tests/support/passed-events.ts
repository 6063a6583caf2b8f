/** What the trace of an incident says that nothing held back and no other source saw, up to the question to a person. */
export const PASSED_EVENTS = [
  'webhook_received',
  'incident_event_normalized',
  'spec_resolved',
  'readiness_evaluated',
  'dry_run_evaluated',
  'review_requested',
]
