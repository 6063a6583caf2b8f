/**
 * What a monitoring tool put into the body of its PagerDuty alert, and PagerDuty hands on where it hands on bodies: by it
 * the tool's own webhook is recognised when the incident has no key. Nothing else of a body is read.
 */
import { z } from 'zod'
import { groupHashes, isGroupHash } from './group-key.ts'
import { classOf, isDatasourceAlert, MONITORING_GAP } from './incident-class.ts'
import { explicitId, Labels, targetIdentity, targetOf } from './labels.ts'

const Text = z.string().nullish().catch(null)

/** Custom details: free, but for what Alertmanager and Grafana fill in unless told otherwise. */
export const Details = z
  .looseObject({
    incident_id: Text,
    groupKey: Text,
    group_key: Text,
    labels: z.unknown().optional(),
    firing: z.unknown().optional(),
  })
  .nullish()
  .catch(null)

/** Of an incident, an alert or a log entry. */
export const Body = z
  .object({ details: Details, cef_details: z.object({ dedup_key: Text }).nullish().catch(null) })
  .nullish()
  .catch(null)
type Body = z.infer<typeof Body>

const LABEL = /^ - (\S+) = (.*)$/

/** The default text of both senders: a line `Labels:` for each alert, then one line a label. */
const labelsInText = (text: string): unknown[] =>
  text
    .split(/^Labels:\n/m)
    .slice(1)
    .map((block) => {
      const lines = block.split('\n')
      const end = lines.findIndex((line) => !LABEL.test(line))
      return Object.fromEntries(
        lines.slice(0, end < 0 ? lines.length : end).map((line) => LABEL.exec(line)?.slice(1) ?? []),
      )
    })

const Firing = z.union([
  z.string().transform(labelsInText),
  z
    .array(z.object({ labels: z.unknown() }).catch({ labels: null }))
    .transform((alerts) => alerts.map(({ labels }) => labels)),
])

/** The identity of a target as its measurement has it; none where the labels do not name one. */
const identityOf = (raw: unknown): string[] => {
  const labels = Labels.safeParse(raw)
  if (!labels.success) return []
  const target = targetOf(labels.data)
  const { alertname } = labels.data
  const incidentClass = isDatasourceAlert(alertname) ? MONITORING_GAP : classOf(alertname)
  return incidentClass === '' || target.service === '' ? [] : [targetIdentity(incidentClass, target)]
}

/** Incident ids, hashes of groups and identities of targets, each as often as it is named. */
export const readBodies = (bodies: readonly Body[]) => {
  const details = bodies.map((body) => body?.details).filter((one) => one != null)
  return {
    ids: details.flatMap(({ incident_id }) => explicitId(incident_id) ?? []),
    groups: [
      ...bodies.map((body) => body?.cef_details?.dedup_key).filter(isGroupHash),
      ...details.flatMap(({ groupKey, group_key }) => groupHashes(groupKey ?? group_key ?? '')),
    ],
    targets: details
      .flatMap((one) => [one, one.labels, ...(Firing.safeParse(one.firing).data ?? [])])
      .flatMap(identityOf),
  }
}
