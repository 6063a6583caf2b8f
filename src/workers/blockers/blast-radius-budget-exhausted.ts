/** Blocker: as many passes as the fleet-wide budget of the service or namespace allows have been, on all workers. */
import { defineBlocker } from './define-blocker.ts'
import { describeExhausted, exhausted, freeAt } from './spent-budgets.ts'

export const blastRadiusBudgetExhausted = defineBlocker({
  code: 'blast_radius_budget_exhausted',
  why: 'Many small changes at once are a large one.',
  check: ({ spent }) => describeExhausted(spent),
  flip: ({ spent }) => `wait ${freeAt(exhausted(spent))}, when a share of the budget is free again`,
})
