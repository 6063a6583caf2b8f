/**
 * Every place of a payload whose text may reach an incident, by source. A place that is not here is left behind: this list is
 * the redaction, and the table of what is kept as it is.
 */
import type { SourceName } from '../../src/shared/contracts/alert.ts'

export const CARRIED: Record<Exclude<SourceName, 'custom'>, readonly string[]> = {
  grafana: [
    ...['alertname', 'namespace', 'pod', 'service'].map((label) => `alerts[].labels.${label}`),
    ...['status', 'fingerprint', 'startsAt'].map((field) => `alerts[].${field}`),
    'version',
    ...['namespace', 'pod', 'service'].map((label) => `labels.${label}`),
    ...['source', 'alert_name', 'fingerprint', 'annotations.dashboard', 'starts_at'],
    ...['tags.namespace', 'tags.service', 'evalMatches[].tags.pod', 'evalMatches[].metric'],
    ...['orgId', 'ruleId', 'ruleName', 'state'],
  ],
  alertmanager: [
    ...['alertname', 'namespace', 'pod', 'service'].map((label) => `alerts[].labels.${label}`),
    ...['status', 'fingerprint', 'startsAt'].map((field) => `alerts[].${field}`),
    'version',
  ],
  pagerduty: [
    ...[
      'event.event_type',
      'event.data.resolve_reason.incident.id',
      'event.data.id',
      'event.data.created_at',
      'event.data.service.summary',
    ],
    ...['event', 'incident.id', 'incident.created_at', 'incident.service.name'].map((field) => `messages[].${field}`),
    ...['source', 'incident_key', 'status', 'created_at', 'service.name'],
  ],
  opsgenie: [
    'action',
    ...['alertId', 'entity', 'details.alertname', 'details.namespace', 'details.pod', 'details.service'].map(
      (field) => `alert.${field}`,
    ),
  ],
  datadog: ['alert_cycle_key', 'alert_metric', 'alert_title', 'alert_transition'],
  sentry: [
    ...['action', 'data.event.issue_id', 'data.event.tags[][]', 'data.triggered_rule'],
    ...['alert_rule.aggregate', 'alert_rule.name', 'date_started', 'id'].map((field) => `data.metric_alert.${field}`),
  ],
  // The alarm is one text, which is carried as a whole or not at all.
  cloudwatch_sns: ['Type'],
  azure_monitor: [
    ...['schemaId', 'data.customProperties.service'],
    ...['alertRuleID', 'monitorCondition', 'firedDateTime'].map((field) => `data.essentials.${field}`),
    ...['metricName', 'dimensions[].value'].map((field) => `data.alertContext.condition.allOf[].${field}`),
  ],
  newrelic: ['id', 'state', 'alertPolicyNames[]', 'alertConditionNames[]'],
  zabbix: [
    ...['event_id', 'event_value', 'event_name', 'trigger_name'],
    ...['namespace', 'pod', 'service'].map((tag) => `event_tags.${tag}[]`),
  ],
  uptime_kuma: ['heartbeat', 'heartbeat.status', 'monitor.id', 'monitor.tags[].value'],
  betterstack: ['event', 'data.id', 'data.type', 'data.attributes.name', 'data.attributes.started_at'],
  cloudevents: ['', 'data.', '[].data.']
    .flatMap((at) => ['alertname', 'service', 'namespace', 'pod'].map((field) => `${at}${field}`))
    .concat(['specversion', 'type', '[].specversion', '[].type']),
  splunk_oncall: ['incident', 'incident_id'],
  servicenow: ['sys_id', 'sys_class_name', 'state', 'cmdb_ci.display_value'],
  gcp_monitoring: [
    ...['incident_id', 'state', 'metric.type', 'policy_name', 'policy_user_labels.service'],
    ...['resource.labels.namespace_name', 'resource.labels.pod_name'],
  ].map((field) => `incident.${field}`),
}
