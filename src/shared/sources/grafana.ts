/** Grafana: unified alerting here, the formats before it and beside it in their own files; told apart by shape. */
import { z } from 'zod'
import { readGrafanaCourse } from './grafana-course.ts'
import { readGrafanaLegacy } from './grafana-legacy.ts'
import { isDatasourceAlert } from './incident-class.ts'
import { BatchBody, type Dialect, readBatch } from './metric-alert.ts'
import { refIdNumbers } from './metric-context.ts'
import { rejected, rejectedBy } from './reading.ts'
import { bodySignature } from './signature.ts'
import type { Reading, Source } from './source.ts'
import { firstLink } from './source-ref.ts'

const Unified = BatchBody.extend({ version: z.literal('1', 'send a Grafana webhook, payload version "1"') })

/** A rule can be set to fire on no data or on a failed query; the alert then keeps its name and only this tells. */
const firesBlind = (stateReason: unknown): boolean =>
  typeof stateReason === 'string' && /\b(NoData|Error)\b/.test(stateReason)

const DIALECT: Dialect = {
  source: 'grafana',
  sourceRef: ({ dashboardURL, generatorURL }, { externalURL }) => firstLink(dashboardURL, generatorURL, externalURL),
  measured: ({ values }) => refIdNumbers(values),
  isGap: ({ labels, annotations }) =>
    isDatasourceAlert(labels.alertname) || firesBlind(annotations.grafana_state_reason),
  notAnIncident: ({ labels }) =>
    labels.alertname === 'TestAlert' && labels.instance === 'Grafana' ? 'test notification from Grafana' : null,
}

const readUnified = (body: unknown): Reading[] => {
  const parsed = Unified.safeParse(body)
  return parsed.success ? readBatch(parsed.data, DIALECT) : [rejectedBy(parsed.error, body, '')]
}

/** The field that gives a format away, in the order in which they are tried. */
const FORMATS = [
  ['alerts', readUnified],
  ['alert_name', readGrafanaCourse],
  ['ruleId', readGrafanaLegacy],
] as const

export const grafana: Source = {
  name: 'grafana',
  title: 'Grafana',
  never_refuse_content: false,
  signature: bodySignature('x-grafana-alerting-signature', ['header', 'timestamp_header']),
  read(body) {
    if (typeof body !== 'object' || body === null) return [rejected('the body', body, 'send a Grafana webhook')]
    const format = FORMATS.find(([field]) => Object.hasOwn(body, field))
    return (
      format?.[1](body) ?? [rejected('alerts', undefined, 'send a Grafana webhook (unified, legacy or course format)')]
    )
  },
}
