/** Signatures that the senders' own documents and code state, over the very bytes of a fixture. */
import { readFileSync } from 'node:fs'
import { fixturePath } from './fixture.ts'

export const SECRET = 'whsec-example-not-a-secret'
export const OLD_SECRET = 'old-whsec-example-not-a-secret'

const bytes = (path: string) => readFileSync(fixturePath(path))
const grafana = bytes('webhooks/grafana/firing.single.raw.json')
const pagerduty = bytes('webhooks/pagerduty/incident.triggered.raw.json')
const splunk = JSON.parse(bytes('webhooks/splunk_oncall/escalation_webhook.request.json').toString())

export const GRAFANA = {
  raw: grafana,
  header: 'x-grafana-alerting-signature',
  plain: 'b07f06f7c4ef66be21dafabf1197b88706290ae78549bbf03d8306d3c05ba49d',
  /** Over this time, in Unix seconds, and the body. */
  at: 1_779_018_150,
  timed: '298638204280e2e0b2dcbff89272527840b47de57a17c843b444be21c0cbae2f',
} as const

export const PAGERDUTY = {
  raw: pagerduty,
  header: 'x-pagerduty-signature',
  current: 'v1=12a10675832557315b835c2faed588d8130db59ec55f40482d6ff726b3b65471',
  old: 'v1=e5d75b6fde1614d0de24c768382f8e16e3cfc1b435a5c264b36e5e232a375c84',
} as const

export const SPLUNK = {
  raw: Buffer.from(splunk.body_raw),
  headers: splunk.headers as Record<string, string>,
  signature: { url: splunk.url as string, secrets: ['voc-auth-code-example'] },
}

export interface Vector {
  source: string
  /** What the secrets file says under `signature`. */
  signature: object
  headers: Record<string, string>
  raw: Buffer
  /** When it is judged, in Unix seconds. */
  at: number
}

const ofGrafana = (options: object, headers: Record<string, string>): Vector => ({
  source: 'grafana',
  signature: { secrets: [SECRET], ...options },
  headers,
  raw: GRAFANA.raw,
  at: GRAFANA.at,
})
const ofPagerduty = (secrets: readonly string[], value: string): Vector => ({
  source: 'pagerduty',
  signature: { secrets },
  headers: { [PAGERDUTY.header]: value },
  raw: PAGERDUTY.raw,
  at: 0,
})

/** Each must be taken, and its body with one byte more refused. */
export const VECTORS: readonly Vector[] = [
  ofGrafana({}, { [GRAFANA.header]: GRAFANA.plain }),
  ofGrafana({ timestamp_header: 'X-Sent-At' }, { [GRAFANA.header]: GRAFANA.timed, 'x-sent-at': String(GRAFANA.at) }),
  ofPagerduty([SECRET], PAGERDUTY.current),
  ofPagerduty([OLD_SECRET], PAGERDUTY.old),
  ofPagerduty([SECRET], `${PAGERDUTY.old},${PAGERDUTY.current}`),
  { source: 'splunk_oncall', ...SPLUNK, at: 0 },
]
