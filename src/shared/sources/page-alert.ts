/** An alert of a source that pages people: what its adapter picked out, made what the contract asks. */
import type { Alert, SourceName } from '../contracts/alert.ts'
import { correlationKeys, isGroupHash } from './group-key.ts'
import { classOfRule, classOfTitle } from './incident-class.ts'
import { explicitId, targetIdentity } from './labels.ts'
import { alertReading, ignored, rejected } from './reading.ts'
import { type Claim, isNoIncident, UNKNOWN_SEVERITY } from './severity.ts'
import type { Reading } from './source.ts'
import type { Tags } from './tags.ts'
import { serviceOfTitle } from './title.ts'

export interface Page {
  source: SourceName
  /** The source's own id of the page. */
  id: string
  status: Alert['status']
  /** What people read: of a title in the default form of the monitoring senders, class and service are taken. */
  title: string
  tags: Tags
  service_fix: readonly [field: string, fix: string]
  severity: Claim | null
  starts_at: string | null
  ends_at?: string | null
  as_of?: string | null
  /** The deduplication key: that of Alertmanager and Grafana is the hash of the group. */
  key: string
}

export const pageReading = (page: Page, at: string): Reading => {
  const { source, status, title, tags, key, as_of = null } = page
  if (isNoIncident(tags.severity)) return ignored('severity none: the alert is no incident')
  const service = tags.service || serviceOfTitle(title)
  if (service === '') return rejected(page.service_fix[0], undefined, page.service_fix[1])
  const { namespace, pod } = tags
  const named = tags.alertname === '' ? null : classOfRule(tags.alertname)
  const targets = named && tags.service ? [targetIdentity(named, { service, namespace, pod })] : []
  const sourceKey = `${source}:${page.id}`
  return alertReading(
    {
      source,
      kind: 'paging',
      source_key: sourceKey,
      status,
      incident_id: explicitId(tags.incident_id),
      identity: JSON.stringify([source, page.id]),
      correlation_keys: correlationKeys(sourceKey, isGroupHash(key) ? [key] : [], targets),
      incident_class: named ?? classOfTitle(title),
      service,
      namespace,
      pod,
      ...(page.severity ?? UNKNOWN_SEVERITY),
      window_minutes: 0,
      metric_context: {},
      source_ref: '',
      starts_at: page.starts_at,
      ends_at: status === 'resolved' ? (page.ends_at ?? null) : null,
      ...(as_of && { as_of }),
    },
    at,
  )
}
