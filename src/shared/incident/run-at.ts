/** When an incident may start its way through the stages: at once, or when its correlation window ends. */
import type { Sighting } from '../contracts/alert.ts'
import type { ClassCard } from '../contracts/card.ts'

export type CorrelationRule = Pick<ClassCard, 'sources_required' | 'correlation_window'>

/** For classes without a valid policy, as in `readiness.yaml`: one source, one minute. */
export const DEFAULT_CORRELATION: CorrelationRule = { sources_required: 1, correlation_window: 60_000 }

/** A page alone knows neither pod nor metric, so it waits for the monitoring source; so does a policy that asks for more. */
const complete = (sightings: readonly Sighting[], { sources_required }: CorrelationRule) =>
  sightings.some(({ kind }) => kind === 'metric') &&
  new Set(sightings.map(({ source }) => source)).size >= sources_required

/** Milliseconds since the epoch; `acceptedAt` likewise. */
export const runAt = (sightings: readonly Sighting[], rule: CorrelationRule, acceptedAt: number): number =>
  complete(sightings, rule) ? acceptedAt : acceptedAt + rule.correlation_window
