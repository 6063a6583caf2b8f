/** The recorded deliveries the demo sends, with short names for `scenarios-*.ts`. */
import type { Delivery } from './scenario.ts'

type Rest = Omit<Delivery, 'to' | 'file'>
const of =
  (to: Delivery['to'], file: string) =>
  (answer: Rest['answer'], rest: Omit<Rest, 'answer'> = {}): Delivery => ({ to, file, answer, ...rest })

/** What every `rename` starts from: the recorded payloads speak of one service and one kind of alert. */
export const SERVICE = 'appointments-api'
export const ALERT = 'high_memory_usage'
export const COURSE_ID = 'HM-2026-05-17-01'

export const grafana = of('grafana', 'webhooks/grafana/firing.single.json')
export const grafanaResolved = of('grafana', 'webhooks/grafana/resolved.json')
export const grafanaGroup = of('grafana', 'webhooks/grafana/firing.group3.json')
export const grafanaLegacy = of('grafana', 'webhooks/grafana/legacy.alerting.json')
export const grafanaBlind = of('grafana', 'webhooks/grafana/datasource_error.json')
export const grafanaTest = of('grafana', 'webhooks/grafana/test_notification.json')
export const grafanaCourse = of('grafana', 'course/webhook_grafana.json')
export const alertmanager = of('alertmanager', 'webhooks/alertmanager/firing.single.json')
export const watchdog = of('alertmanager', 'webhooks/alertmanager/watchdog.severity_none.json')
export const page = of('pagerduty', 'webhooks/pagerduty/incident.triggered.json')
export const pageResolved = of('pagerduty', 'webhooks/pagerduty/incident.resolved.json')
export const pageCourse = of('pagerduty', 'course/webhook_pagerduty.json')
export const ping = of('pagerduty', 'webhooks/pagerduty/pagey.ping.json')
export const opsgenie = of('opsgenie', 'webhooks/opsgenie/create.json')
export const datadog = of('datadog', 'webhooks/datadog/recommended_payload.triggered.json')
export const azure = of('azure_monitor', 'webhooks/azure_monitor/metric_alert.fired.json')
export const googleCloud = of('gcp_monitoring', 'webhooks/gcp_monitoring/incident.open.json')
export const googleCloudClosed = of('gcp_monitoring', 'webhooks/gcp_monitoring/incident.closed.json')
export const googleCloudTest = of('gcp_monitoring', 'webhooks/gcp_monitoring/test.json')
export const snsConfirmation = of('cloudwatch_sns', 'webhooks/cloudwatch_sns/subscription_confirmation.json')
