/** Blocker: fewer sources have reported than the policy asks for. Readiness runs when the correlation window has ended. */
import { defineBlocker } from './define-blocker.ts'

export const corroborationMissing = defineBlocker({
  code: 'corroboration_missing',
  why: 'The policy of the class does not trust one source alone.',
  check: ({ sources: { required, seen } }) =>
    seen.length < required ? `${seen.length} of ${required} sources seen (${seen.join(', ') || 'none'})` : null,
  flip: ({ sources: { required, seen } }) => [
    {
      change: 'sources',
      name: 'sources_required',
      from: seen.length,
      to: required,
      text: `${required - seen.length} more source(s) must report within the correlation window (seen: ${seen.join(', ') || 'none'})`,
    },
  ],
})
