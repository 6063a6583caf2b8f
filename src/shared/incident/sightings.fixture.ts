/** Made-up sightings of one fault and its neighbours, for the tests of identity and correlation. */
import { createHash } from 'node:crypto'
import type { Sighting } from '../contracts/alert.ts'

const sha = (text: string) => createHash('sha256').update(text).digest('hex')

/** Minutes after the fault of the core scenario began. */
export const at = (minutes: number): string =>
  new Date(Date.parse('2026-05-17T11:42:00.000Z') + minutes * 60_000).toISOString()

export const GROUP = `group:${sha('one group')}`
export const OTHER_GROUP = `group:${sha('another group')}`

/** A delivery per sighting: no two are the same request. */
let requests = 0
const delivery = (received_at: string): Sighting['delivery'] => {
  requests += 1
  return { request_id: `request-${requests}`, received_at, body_sha256: sha(String(requests)) }
}

/** What may differ from the core scenario; times in minutes after the fault began. */
interface Differs extends Partial<Omit<Sighting, 'starts_at' | 'ends_at' | 'delivery'>> {
  starts?: number
  received?: number
  group?: string | null
}

const keys = (sourceKey: string, group: string | null, targets: readonly string[]) => [
  `native:${sourceKey}`,
  ...(group ? [group] : []),
  ...targets.map((identity) => `target:${sha(identity)}`),
]

const targetOf = (pod: string) => JSON.stringify(['target', 'high_memory_usage', 'api', 'prod', pod])

const metric = (source: 'grafana' | 'alertmanager', differs: Differs): Sighting => {
  const { starts = 0, received = starts + 1, group = GROUP, ...rest } = differs
  const pod = rest.pod ?? 'api-1'
  const source_key = `${source}:${pod}:${at(starts)}`
  const status = rest.status ?? 'firing'
  return {
    source,
    kind: 'metric',
    source_key,
    status,
    incident_id: null,
    identity: targetOf(pod),
    correlation_keys: keys(source_key, group, [targetOf(pod)]),
    incident_class: 'high_memory_usage',
    service: 'api',
    namespace: 'prod',
    pod,
    severity: 'P1',
    severity_inferred: false,
    window_minutes: 10,
    metric_context: { memory_percent: 93 },
    source_ref: `https://${source}.example.com/`,
    starts_at: at(starts),
    ends_at: status === 'resolved' ? at(received - 1) : null,
    delivery: delivery(at(received)),
    ...rest,
  }
}

export const grafana = (differs: Differs = {}): Sighting => metric('grafana', differs)
export const alertmanager = (differs: Differs = {}): Sighting => metric('alertmanager', differs)

/** Without start time, and so named after its rule alone: legacy Grafana. */
export const legacy = (differs: Omit<Differs, 'starts'> = {}): Sighting => {
  const source_key = 'grafana:legacy:1:7'
  return {
    ...metric('grafana', { ...differs, starts: 0, received: differs.received ?? 0 }),
    source_key,
    identity: JSON.stringify(['grafana-legacy', 1, 7]),
    correlation_keys: keys(source_key, null, []),
    starts_at: null,
    ends_at: null,
  }
}

/** As it is at a minute: its source says when that was, but not when it began, and names the rule alone. */
export const alarm = (minute: number, status: Sighting['status'] = 'firing'): Sighting => {
  const source_key = 'cloudwatch_sns:7'
  return {
    ...legacy({ received: minute, status }),
    source: 'cloudwatch_sns',
    source_key,
    identity: targetOf('api-1'),
    correlation_keys: keys(source_key, null, [targetOf('api-1')]),
    ends_at: status === 'resolved' ? at(minute) : null,
    as_of: at(minute),
  }
}

/** `pods` are those its body names; `into` is the page that it was merged into; `as_of` is in minutes. */
export const page = (
  differs: Omit<Differs, 'as_of'> & {
    id?: string
    pods?: string[]
    into?: string
    as_of?: number
    ends_at?: string | null
  } = {},
): Sighting => {
  const { id = 'Q1', pods = [], into, as_of, starts = 1, received = starts, group = GROUP, ...rest } = differs
  const source_key = `pagerduty:${id}`
  const status = rest.status ?? 'firing'
  return {
    ...metric('grafana', { starts, received }),
    source: 'pagerduty',
    kind: 'paging',
    source_key,
    status,
    identity: JSON.stringify(['pagerduty', id]),
    correlation_keys: [...keys(source_key, group, pods.map(targetOf)), ...(into ? [`native:pagerduty:${into}`] : [])],
    incident_class: 'unclassified',
    namespace: '',
    pod: '',
    window_minutes: 0,
    metric_context: {},
    source_ref: `https://pagerduty.example.com/incidents/${id}`,
    starts_at: at(starts),
    ends_at: status === 'resolved' ? at(received) : null,
    ...(as_of !== undefined && { as_of: at(as_of) }),
    ...rest,
  }
}
