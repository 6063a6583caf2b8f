/** The labels an alert is read by. Only these are picked up: whatever else a sender attaches is left behind. */
import { z } from 'zod'
import { IncidentId } from '../contracts/identifiers.ts'

const Label = z.string('a label is a string').default('')

export const Labels = z.object({
  alertname: Label,
  instance: Label,
  service: Label,
  app: Label,
  app_kubernetes_io_name: Label,
  'app.kubernetes.io/name': Label,
  namespace: Label,
  pod: Label,
  severity: Label,
  priority: Label,
  incident_id: Label,
})
export type Labels = z.infer<typeof Labels>

/** A sender's own id for something: opaque, but it becomes part of keys, so it is kept to a plain alphabet. */
export const OpaqueId = z
  .string('send an id')
  .regex(/^[A-Za-z0-9_-]{1,128}$/, 'send an id of letters, digits, _ and -, at most 128')

export const SERVICE_FIX = 'label the alert with service (or app, or app.kubernetes.io/name)'

/** What the alert is about. An empty label is an absent one. */
export const targetOf = (labels: Labels) => ({
  service: labels.service || labels.app || labels.app_kubernetes_io_name || labels['app.kubernetes.io/name'],
  namespace: labels.namespace,
  pod: labels.pod,
})

/** Equal for one target whichever metric source saw it: Grafana and Alertmanager then derive the same incident id. */
export const targetIdentity = (incidentClass: string, { service, namespace, pod }: ReturnType<typeof targetOf>) =>
  JSON.stringify(['target', incidentClass, service, namespace, pod])

/** Most alerts name none, and there is no need to have zod say what is wrong with that. */
const isIncidentId = (candidate: unknown): candidate is string =>
  typeof candidate === 'string' && candidate !== '' && IncidentId.safeParse(candidate).success

/** The first candidate that is fit to be an incident id; anything else a stranger puts there counts as none. */
export const explicitId = (...candidates: unknown[]): string | null => candidates.find(isIncidentId) ?? null
