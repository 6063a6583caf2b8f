/** The audit records that accepting writes: whose word it was, by which delivery, and what it changed. */
import { contentDigests, type RecordContent } from '../shared/audit/record.ts'
import type { Sighting } from '../shared/contracts/alert.ts'
import { nativeKeys } from '../shared/incident/correlation-index.ts'
import type { Place, Told } from './step.ts'

/** Records of one incident, in order; `output` is what came of it, where that is more than what was told. */
export const recordsOf = (
  incidentId: string,
  { by, at, order }: Pick<Told, 'by' | 'at' | 'order'>,
  contents: readonly Pick<RecordContent, 'event' | 'decision_diff'>[],
  output: unknown = by,
): RecordContent[] => {
  const digests = contentDigests({ source_key: by.source_key, delivery: by.delivery }, output)
  const ordered: RecordContent['decision_diff'] = order
    ? { quarantine: [null, order.id], reason: [null, order.reason] }
    : {}
  return contents.map(({ event, decision_diff }) => ({
    event,
    decision_diff: { ...decision_diff, ...ordered },
    at,
    incident_id: incidentId,
    stage: 'accept' as const,
    actor: order ? `operator:${order.by}` : `webhook:${by.source}`,
    ...digests,
    policy_digest: null,
  }))
}

/** The pages that an alert brings along: recorded one by one, and the incident found by their next states. */
export const bringing = (
  incidentId: string,
  pages: readonly Sighting[],
  { unchanged, listed_under }: Place,
  at: string,
) => ({
  attached: pages.flatMap((page) =>
    recordsOf(incidentId, { by: page, at }, [
      { event: 'source_attached', decision_diff: { [page.source_key]: [null, page.status] } },
    ]),
  ),
  place: { unchanged, listed_under: [...listed_under, ...pages.flatMap(nativeKeys)] },
})
