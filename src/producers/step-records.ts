/** The audit records that accepting writes: whose word it was, by which delivery, and what it changed. */
import { contentDigests, type RecordContent } from '../shared/audit/record.ts'
import type { Sighting } from '../shared/contracts/alert.ts'

/** Who told what, and when: `at` is RFC 3339. */
export interface Told {
  by: Sighting
  at: string
}

export type Content = Pick<RecordContent, 'event' | 'decision_diff'>

/** Records of one incident, in order; `output` is what came of it, where that is more than what was told. */
export const recordsOf = (
  incidentId: string,
  { by, at }: Told,
  contents: readonly Content[],
  output: unknown = by,
): RecordContent[] => {
  const digests = contentDigests({ source_key: by.source_key, delivery: by.delivery }, output)
  return contents.map((content) => ({
    ...content,
    at,
    incident_id: incidentId,
    stage: 'accept' as const,
    actor: `webhook:${by.source}`,
    ...digests,
    policy_digest: null,
  }))
}

/** That a source was attached, and its state before; null where it was not known. */
export const attaching = ({ source_key, status }: Sighting, before: Sighting['status'] | null = null): Content => ({
  event: 'source_attached',
  decision_diff: { [source_key]: [before, status] },
})
