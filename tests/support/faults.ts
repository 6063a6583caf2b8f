/** Deliveries about made-up faults: each fault has a pod, a group and a page of its own, and three sources that see it. */
import { createHash } from 'node:crypto'
import { fixtureBody, patched } from './fixture.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const single = {
  grafana: fixtureBody('webhooks/grafana/firing.single.json'),
  alertmanager: fixtureBody('webhooks/alertmanager/firing.single.json'),
}
const triggered = fixtureBody('webhooks/pagerduty/incident.triggered.json')

/** Faults of the same `group` share their page. */
interface Fault {
  fault: string
  group?: string
}

const groupKey = ({ fault, group = fault }: Fault) => `{}:{group="${group}"}`

const measurement = (source: keyof typeof single) => {
  const delivery = (fault: Fault, patch: object = {}): unknown => {
    const alert = { labels: { pod: `pod-${fault.fault}` }, fingerprint: sha256(source + fault.fault).slice(0, 16) }
    const about = patched(single[source], { groupKey: groupKey(fault), alerts: { 0: alert } })
    return patched(about, { alerts: { 0: patch } })
  }
  return delivery
}

/** The core delivery of these two about the fault; `patch` goes over its alert. */
export const grafanaDelivery = measurement('grafana')
export const alertmanagerDelivery = measurement('alertmanager')

/** The core PagerDuty delivery about this fault's group; `patch` goes over its incident, `event` over what happened to it. */
export const pagerdutyDelivery = (fault: Fault, patch: object = {}, event: object = {}): unknown => {
  const key = sha256(groupKey(fault))
  const data = { id: `Q${key.slice(0, 12).toUpperCase()}`, incident_key: key, ...patch }
  return patched(triggered, { event: { data, ...event } })
}
