/** The sources there are, in the order in which they are listed everywhere: a new one is one file and one line here. */
import type { SourceName } from '../contracts/alert.ts'
import { alertmanager } from './alertmanager.ts'
import { azureMonitor } from './azure-monitor.ts'
import { betterstack } from './betterstack.ts'
import { cloudevents } from './cloudevents.ts'
import { cloudwatchSns } from './cloudwatch-sns.ts'
import { datadog } from './datadog.ts'
import { gcpMonitoring } from './gcp-monitoring.ts'
import { grafana } from './grafana.ts'
import { newrelic } from './newrelic.ts'
import { opsgenie } from './opsgenie.ts'
import { pagerduty } from './pagerduty.ts'
import { sentry } from './sentry.ts'
import { servicenow } from './servicenow.ts'
import type { Source } from './source.ts'
import { splunkOncall } from './splunk-oncall.ts'
import { uptimeKuma } from './uptime-kuma.ts'
import { zabbix } from './zabbix.ts'

export const SOURCES: readonly Source[] = [
  grafana,
  alertmanager,
  pagerduty,
  opsgenie,
  datadog,
  sentry,
  cloudwatchSns,
  azureMonitor,
  newrelic,
  zabbix,
  uptimeKuma,
  betterstack,
  cloudevents,
  splunkOncall,
  servicenow,
  gcpMonitoring,
]

export const findSource = (name: SourceName | (string & {})): Source | undefined =>
  SOURCES.find((source) => source.name === name)
