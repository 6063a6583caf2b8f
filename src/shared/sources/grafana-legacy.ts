/** Grafana's legacy alerting (removed in version 11): one rule a delivery, without start time or key. */
import { z } from 'zod'
import { correlationKeys } from './group-key.ts'
import { classOf, MONITORING_GAP } from './incident-class.ts'
import { explicitId, Labels, SERVICE_FIX, targetOf } from './labels.ts'
import { numbersIn } from './metric-context.ts'
import { alertReading, ignored, rejected, rejectedBy } from './reading.ts'
import { isNoIncident, namedSeverity, UNKNOWN_SEVERITY } from './severity.ts'
import type { Reading } from './source.ts'
import { firstLink } from './source-ref.ts'

const Entries = z.record(z.string(), z.unknown())

const Body = z.object({
  ruleId: z.int('send the number of the rule'),
  orgId: z.int('send the number of the organisation'),
  ruleName: z.string(),
  state: z.enum(['alerting', 'ok', 'no_data', 'paused', 'pending'], 'send alerting, ok, no_data, paused or pending'),
  tags: Entries.nullish(),
  evalMatches: z
    .array(z.object({ metric: z.string(), value: z.unknown(), tags: Entries.nullish() }))
    .nullish()
    .catch(null),
  ruleUrl: z.unknown().optional(),
  rule_url: z.unknown().optional(),
})

/** A rule can match several series at once; of what they say, only that holds for the rule in which all agree. */
const agreed = (entries: readonly (readonly [string, unknown])[]): Record<string, unknown> => {
  const first = new Map(entries.toReversed())
  const disputed = new Set(entries.filter(([name, value]) => first.get(name) !== value).map(([name]) => name))
  return Object.fromEntries(entries.filter(([name]) => !disputed.has(name)))
}

export const readGrafanaLegacy = (raw: unknown): Reading[] => {
  const parsed = Body.safeParse(raw)
  if (!parsed.success) return [rejectedBy(parsed.error, raw, '')]
  const { state, ruleId, orgId, ...body } = parsed.data
  if (state === 'paused' || state === 'pending') return [ignored(`state ${state} neither opens nor ends an incident`)]

  const matches = body.evalMatches ?? []
  const tags = { ...agreed(matches.flatMap((match) => Object.entries(match.tags ?? {}))), ...body.tags }
  const labels = Labels.safeParse(tags)
  if (!labels.success) return [rejectedBy(labels.error, tags, 'tags')]
  if (isNoIncident(labels.data.severity)) return [ignored('severity none: the alert is no incident')]
  const target = targetOf(labels.data)
  if (target.service === '') return [rejected('tags.service', undefined, SERVICE_FIX)]

  const gap = state === 'no_data'
  const sourceKey = `grafana:legacy:${orgId}:${ruleId}`
  const identity = JSON.stringify(['grafana-legacy', orgId, ruleId])
  return [
    alertReading(
      {
        source: 'grafana',
        kind: 'metric',
        source_key: sourceKey,
        status: state === 'ok' ? 'resolved' : 'firing',
        incident_id: explicitId(labels.data.incident_id),
        identity,
        correlation_keys: correlationKeys(sourceKey, [], [identity]),
        incident_class: gap ? MONITORING_GAP : classOf(body.ruleName),
        ...target,
        ...((gap ? null : namedSeverity(labels.data.priority, labels.data.severity)) ?? UNKNOWN_SEVERITY),
        window_minutes: 0,
        metric_context: numbersIn(agreed(matches.map(({ metric, value }) => [metric, value]))),
        source_ref: firstLink(body.ruleUrl, body.rule_url),
        starts_at: null,
        ends_at: null,
      },
      '',
    ),
  ]
}
