/** What each source is known for getting wrong, one row each; the recorded deliveries themselves are in the golden outputs. */
import { describe, expect, test } from 'vitest'
import { fixtureBody, patched } from '../../../tests/support/fixture.ts'
import { RECEIVED_AT } from '../../../tests/support/source-fixtures.ts'
import { findSource } from './index.ts'
import type { Headers, Reading } from './source.ts'

type Row = [what: string, patch: unknown, expected: Expected]
/** The alert's fields, or the reason why there is none. */
type Expected = { alert: object } | { ignored: RegExp } | { rejected: RegExp }

const read = (source: string, file: string, patch: unknown, headers: Headers = {}): Reading[] =>
  findSource(source)?.read(patched(fixtureBody(`webhooks/${source}/${file}.json`), patch), RECEIVED_AT, headers) ?? []

const shapeOf = (expected: Expected): object => {
  if ('alert' in expected) return { reading: 'alert', alert: expected.alert }
  const [reading, reason] = 'ignored' in expected ? ['ignored', expected.ignored] : ['rejected', expected.rejected]
  return { reading, reason: expect.stringMatching(reason as RegExp) }
}

const rows = (source: string, file: string, table: readonly Row[]) =>
  describe(`${source} ${file}`, () => {
    test.each(table)('%s', (_what, patch, expected) => {
      expect(read(source, file, patch)[0]).toMatchObject(shapeOf(expected))
    })
  })

const severity = (level: string, inferred = false) => ({ alert: { severity: level, severity_inferred: inferred } })
const gap = { alert: { incident_class: 'monitoring_gap', severity: 'P3', severity_inferred: true, status: 'firing' } }

rows('opsgenie', 'create', [
  ['nanoseconds beyond 2^53 are still a time', {}, { alert: { as_of: '2026-05-17T11:42:30.412Z' } }],
  [
    'the second Create for another team is the same page',
    { alert: { teams: ['x', 'y'] } },
    { alert: { source_key: 'opsgenie:7c2f4f1a-9e0b-4a55-8a1e-3f2f7d0c9b11-1779018150412' } },
  ],
  ['a note', { action: 'AddNote' }, { ignored: /AddNote/ }],
  ['a test', { action: 'TestAction' }, { ignored: /TestAction/ }],
  ['an action made up by the user', { action: 'Restart it' }, { ignored: /action a text of 10 characters/ }],
  ['deleted is over', { action: 'Delete' }, { alert: { status: 'resolved' } }],
  [
    'the service as a tag',
    { alert: { details: undefined, entity: '', tags: ['service:shop'] } },
    { alert: { service: 'shop' } },
  ],
  [
    'no service at all',
    { alert: { details: undefined, entity: '' } },
    { rejected: /alert.details.service is missing/ },
  ],
  [
    'the title of Alertmanager',
    { alert: { details: undefined, entity: '', message: '[FIRING:2] high_cpu prod shop (x)' } },
    { alert: { service: 'shop', incident_class: 'high_cpu' } },
  ],
  ['a number as priority', { alert: { priority: 2 } }, severity('P2')],
  ['the watchdog', { alert: { details: { severity: 'none' } } }, { ignored: /severity none/ }],
  ['no time at all', { alert: { createdAt: null, updatedAt: 0 } }, { alert: { starts_at: RECEIVED_AT } }],
  ['no priority', { alert: { priority: null, details: { severity: null } } }, severity('P3', true)],
  [
    'an alias of its own correlates with nothing',
    { alert: { alias: 'disk', details: undefined } },
    { alert: { correlation_keys: { length: 1 } } },
  ],
])

rows('datadog', 'recommended_payload.triggered', [
  [
    're-triggered is the same cycle',
    { alert_transition: 'Re-Triggered', date: '1779019000000' },
    { alert: { source_key: 'datadog:6180732694125784431', status: 'firing' } },
  ],
  ['no data', { alert_transition: 'No Data' }, gap],
  [
    'no data is another fault than the one of the cycle',
    { alert_transition: 'Re-No Data' },
    { alert: { source_key: 'datadog:6180732694125784431:no-data' } },
  ],
  [
    'an empty priority falls to the type of the alert',
    { alert_priority: '', tags: 'service:shop', alert_type: 'warning' },
    severity('P3'),
  ],
  [
    'a variable that was not filled in',
    { alert_priority: '$ALERT_PRIORITY', tags: 'service:shop,kube_namespace:a' },
    { alert: { severity: 'P2', namespace: 'a', pod: '' } },
  ],
  ['no service', { tags: 'env:prod' }, { rejected: /tags is missing: tag the monitor with service/ }],
  ['no cycle key', { alert_cycle_key: '' }, { rejected: /alert_cycle_key is missing.*docs\/sources.md/ }],
  ['another transition', { alert_transition: 'Muted' }, { ignored: /muted/ }],
  ['a trigger that tells of a success', { alert_type: 'Success' }, { ignored: /alert_type success/ }],
  ['no data, whatever it was before', { alert_transition: 'No Data', alert_type: 'success' }, gap],
  ['a link elsewhere gives none', { link: 'javascript:alert(1)' }, { alert: { source_ref: '' } }],
  ['a date that is none', { date: 'yesterday' }, { alert: { starts_at: RECEIVED_AT } }],
])

rows('sentry', 'metric_alert.critical', [
  ['a warning', { action: 'warning' }, severity('P3')],
  [
    'resolved',
    { action: 'resolved', data: { metric_alert: { date_closed: '2026-05-17T12:00:00Z' } } },
    { alert: { status: 'resolved', source_key: 'sentry:alert:4', ends_at: '2026-05-17T12:00:00.000Z' } },
  ],
  [
    'several projects, and a filter',
    { data: { metric_alert: { projects: ['a', 'b'] } } },
    { alert: { service: 'appointments-api' } },
  ],
  [
    'several projects without one',
    { data: { metric_alert: { projects: ['a', 'b'], alert_rule: { query: '' } } } },
    { rejected: /projects is missing/ },
  ],
  ['a text without a number', { data: { description_text: 'many events' } }, { alert: { metric_context: {} } }],
])
rows('sentry', 'event_alert.triggered', [
  ['an error', { data: { event: { level: 'error' } } }, severity('P2')],
  [
    'no tags',
    { data: { event: { tags: [] } } },
    { rejected: /data.event.tags is missing: tag the events with service/ },
  ],
  ['no level', { data: { event: { level: null } } }, severity('P3', true)],
])
test('sentry: the resource is in the header, whatever the body looks like', () => {
  const comment = { 'sentry-hook-resource': 'comment' }
  expect(read('sentry', 'event_alert.triggered', {}, comment)).toMatchObject([{ reading: 'ignored' }])
  const issue = {
    action: 'resolved',
    data: { event: undefined, issue: { id: '1117540176', level: 'fatal', project: { slug: 'shop' } } },
  }
  const resolved = { status: 'resolved', source_key: 'sentry:issue:1117540176', service: 'shop', ends_at: RECEIVED_AT }
  expect(read('sentry', 'event_alert.triggered', issue, { 'sentry-hook-resource': 'issue' })).toMatchObject([
    { alert: resolved },
  ])
})

describe('cloudwatch_sns', () => {
  const alarm = (patch: unknown) => {
    const { Message } = fixtureBody('webhooks/cloudwatch_sns/notification.alarm.json') as { Message: string }
    return read('cloudwatch_sns', 'notification.alarm', {
      Message: JSON.stringify(patched(JSON.parse(Message), patch)),
    })
  }
  test.each<Row>([
    ['without a hint', { AlarmDescription: 'service=shop' }, severity('P2', true)],
    [
      'without a description',
      { AlarmDescription: null, Trigger: { Dimensions: [{ name: 'ServiceName', value: 'shop' }] } },
      { alert: { service: 'shop', namespace: '' } },
    ],
    [
      'the namespace of the metric is not that of the workload',
      { AlarmDescription: 'service=shop', Trigger: { Dimensions: [] } },
      { alert: { namespace: '', pod: '' } },
    ],
    [
      'no service',
      { AlarmDescription: '', Trigger: { Dimensions: [] } },
      { rejected: /AlarmDescription is missing: write service=<name>/ },
    ],
    ['no data', { NewStateValue: 'INSUFFICIENT_DATA' }, gap],
    ['metric math has no metric name', { Trigger: { MetricName: undefined } }, { alert: { metric_context: {} } }],
    [
      'a number below zero',
      { NewStateReason: '[-1.5E-3 (17/05/26)]' },
      { alert: { metric_context: { pod_memory_utilization_over_pod_limit: -0.0015 } } },
    ],
    ['no time', { StateChangeTime: 'soon' }, { rejected: /StateChangeTime/ }],
  ])('%s', (_what, patch, expected) => {
    expect(alarm(patch)[0]).toMatchObject(shapeOf(expected))
  })

  test('seeing again ends the blind state, and what is seen counts by itself', () => {
    const [seen, blind] = alarm({ OldStateValue: 'INSUFFICIENT_DATA' })
    expect(seen).toMatchObject({ alert: { status: 'firing', incident_class: 'high_memory_usage' } })
    expect(blind).toMatchObject({ alert: { status: 'resolved', incident_class: 'monitoring_gap' } })
  })

  test('a message that is no alarm is not repeated in the answer', () => {
    const [reading] = read('cloudwatch_sns', 'notification.alarm', { Message: 'password=s3cret' })
    expect(reading).toEqual({ reading: 'rejected', reason: expect.not.stringContaining('s3cret') })
    expect(read('cloudwatch_sns', 'notification.alarm', { Type: 'UnsubscribeConfirmation' })).toMatchObject([
      { reading: 'ignored' },
    ])
    expect(read('cloudwatch_sns', 'notification.alarm', { Type: undefined })).toMatchObject([
      { reason: expect.stringContaining('raw message delivery') },
    ])
  })
})

rows('azure_monitor', 'metric_alert.fired', [
  [
    'without custom properties',
    { data: { customProperties: null } },
    { rejected: /data.customProperties.service is missing/ },
  ],
  [
    'the severity of Azure',
    { data: { customProperties: { priority: '' }, essentials: { severity: 'Sev3' } } },
    severity('P4'),
  ],
  [
    'a severity nobody knows',
    { data: { customProperties: { priority: '' }, essentials: { severity: 'Sev9' } } },
    severity('P3', true),
  ],
  [
    'the other spelling, and none',
    { data: { essentials: { alertRuleID: undefined, alertRuleId: '/x/y/high_cpu' } } },
    { alert: { incident_class: 'high_cpu' } },
  ],
  [
    'no rule id at all',
    { data: { essentials: { alertRuleID: undefined, alertRule: 'High CPU' } } },
    { alert: { incident_class: 'high_cpu' } },
  ],
  [
    'a context of another service',
    { data: { alertContext: { condition: undefined, AffectedItems: 7 } } },
    { alert: { pod: '', window_minutes: 0, metric_context: {} } },
  ],
  ['the schema before', { schemaId: 'AzureMonitorMetricAlert' }, { rejected: /enable the common alert schema/ }],
])

rows('newrelic', 'issue.activated', [
  [
    'quoted lists',
    { alertConditionNames: '["high_cpu"]', alertPolicyNames: '["shop prod"]' },
    { alert: { incident_class: 'high_cpu', service: 'shop' } },
  ],
  ['a list that became one text', { alertConditionNames: 'high_cpu' }, { alert: { incident_class: 'high_cpu' } }],
  ['times as texts', { createdAt: '1779018120352' }, { alert: { starts_at: '2026-05-17T11:42:00.352Z' } }],
  ['several conditions', { alertConditionNames: ['a', 'b'] }, { alert: { incident_class: 'unclassified' } }],
  ['several policies', { alertPolicyNames: ['a', 'b'] }, { rejected: /service is missing/ }],
  ['an entity that is no pod of it', { impactedEntities: ['host-7'] }, { alert: { pod: '' } }],
  ['medium', { priority: 'MEDIUM' }, severity('P3')],
  ['acknowledged', { state: 'ACKNOWLEDGED' }, { ignored: /ACKNOWLEDGED/ }],
])

rows('zabbix', 'eda_media_type.problem', [
  [
    'as texts',
    { event_id: '4815162', event_value: '1', event_nseverity: '5' },
    { alert: { source_key: 'zabbix:4815162' } },
  ],
  ...(
    [
      [5, 'P1'],
      [4, 'P2'],
      [3, 'P3'],
      [2, 'P3'],
      [1, 'P4'],
      [0, 'P5'],
    ] as const
  ).map(
    ([level, expected]): Row => [
      `severity ${level}`,
      { event_nseverity: level, event_tags: { priority: [] } },
      severity(expected),
    ],
  ),
  ['a macro as the id', { event_id: '{EVENT.ID}' }, { rejected: /event_id is missing/ }],
  [
    'an unknown macro as the service',
    { event_tags: { service: ['*UNKNOWN*'] } },
    { rejected: /event_tags.service is missing/ },
  ],
  ['a macro as the value', { event_value: '{EVENT.VALUE}' }, { rejected: /event_value is ""/ }],
  ['an update', { event_update_status: 1 }, { ignored: /acknowledgement/ }],
  ['of no trigger', { event_source: 2 }, { ignored: /trigger/ }],
  ['without an epoch', { event_datetime_timestamp: undefined }, { alert: { starts_at: RECEIVED_AT } }],
  ['no name of the trigger', { trigger_name: undefined }, { alert: { incident_class: 'high_memory_usage' } }],
])

rows('uptime_kuma', 'down', [
  ['pending', { heartbeat: { status: 2 } }, { ignored: /pending/ }],
  ['maintenance', { heartbeat: { status: 3 } }, { ignored: /maintenance/ }],
  ['without tags', { monitor: { tags: [] } }, { rejected: /monitor.tags is missing: tag the monitor/ }],
  ['without a severity', { monitor: { tags: [{ name: 'service', value: 'shop' }] } }, severity('P3', true)],
  ['its time is in UTC', {}, { alert: { as_of: '2026-05-17T11:43:10.482Z' } }],
])
test('uptime_kuma: a form', () => {
  const data = JSON.stringify(fixtureBody('webhooks/uptime_kuma/down.json'))
  const [asJson] = read('uptime_kuma', 'down', {})
  expect(findSource('uptime_kuma')?.read({ data }, RECEIVED_AT)).toEqual([asJson])
  expect(findSource('uptime_kuma')?.read({ data: '{' }, RECEIVED_AT)).toMatchObject([{ reading: 'rejected' }])
})

rows('betterstack', 'incident.started', [
  ['acknowledged', { event: 'acknowledged' }, { ignored: /acknowledged/ }],
  ['reopened', { event: 'reopened' }, { alert: { status: 'firing' } }],
  ['a monitor', { data: { type: 'monitor' } }, { ignored: /"monitor" is no incident/ }],
  ['without a name', { data: { attributes: { name: '' } } }, { rejected: /data.attributes.name is missing/ }],
])

rows('cloudevents', 'structured', [
  ['of another type', { type: 'com.example.deploy.v1' }, { ignored: /deploy/ }],
  [
    'the data says what it is',
    { type: 'com.example.alert.v1', data: { status: 'resolved' } },
    { alert: { status: 'resolved' } },
  ],
  ['without a priority', { data: { priority: null } }, severity('P1')],
  ['by the extension', { data: { priority: null, severity: null }, severitynumber: 17 }, severity('P2')],
  [
    'by its text',
    { data: { priority: null, severity: null }, severitynumber: null, severitytext: 'INFO' },
    severity('P4'),
  ],
  [
    'without any',
    { data: { priority: null, severity: null }, severitynumber: 0, severitytext: '' },
    severity('P3', true),
  ],
  [
    'in base64',
    { data: undefined, data_base64: btoa('{"alertname":"high_cpu","service":"shop"}') },
    { alert: { service: 'shop', incident_class: 'high_cpu', starts_at: null } },
  ],
  ['in base64 that is none', { data_base64: '***' }, { rejected: /data is missing: send the alert as a JSON object/ }],
  ['without data', { data: undefined }, { rejected: /data is missing/ }],
  ['of another version', { specversion: '0.3' }, { rejected: /specversion is "0.3"/ }],
  ['without an id', { id: '' }, { rejected: /id is ""/ }],
])
test('cloudevents: a batch may be empty, and one bad event costs only itself', () => {
  const source = findSource('cloudevents')
  expect(source?.read([], RECEIVED_AT)).toMatchObject([{ reading: 'ignored' }])
  const good = fixtureBody('webhooks/cloudevents/structured.json')
  expect(source?.read([good, { specversion: '1.0' }, good], RECEIVED_AT).map(({ reading }) => reading)).toEqual([
    ...['alert', 'rejected', 'alert'],
  ])
})

rows('splunk_oncall', 'custom_outbound', [
  ['acknowledged', { current_phase: 'ACKED' }, { ignored: /CRITICAL/ }],
  ['resolved', { current_phase: 'RESOLVED' }, { alert: { status: 'resolved', ends_at: '2026-05-17T11:42:30.412Z' } }],
  ['recovered', { entity_state: 'RECOVERY' }, { alert: { status: 'resolved' } }],
  ['a warning', { entity_state: 'WARNING' }, severity('P3')],
  [
    'its incident_id is a number of Splunk',
    { incident_id: 'HM-2026-05-17-01' },
    { alert: { incident_id: null, source_key: 'splunk_oncall:HM-2026-05-17-01' } },
  ],
  [
    'a title that is not the default one',
    { service: 'Memory is high' },
    { rejected: /service_name is missing: add a field/ },
  ],
  [
    'a service of its own',
    { service: 'Memory is high', service_name: 'shop' },
    { alert: { service: 'shop', incident_class: 'unclassified' } },
  ],
  [
    'a variable that was not filled in',
    { incident_id: ['$', '{{STATE.INCIDENT_NAME}}'].join('') },
    { rejected: /incident is missing/ },
  ],
])

rows('servicenow', 'business_rule.incident_created', [
  [
    'a reference that comes alone names nothing',
    { cmdb_ci: 'b4fd7c8437201000deeabfc8bcbe5dc1', short_description: 'Slow' },
    { rejected: /cmdb_ci.display_value is missing/ },
  ],
  [
    'times as references',
    { opened_at: { value: '2026-05-17 11:42:33', display_value: '17/05/2026 14:42' } },
    { alert: { starts_at: '2026-05-17T11:42:33.000Z' } },
  ],
  ['in progress', { state: '2' }, { alert: { status: 'firing' } }],
  ['canceled', { state: '8' }, { alert: { status: 'resolved' } }],
  ['a state of its own', { state: '42' }, { ignored: /42/ }],
  ['a change request', { sys_class_name: 'change_request' }, { ignored: /change_request/ }],
  ['priority 4', { priority: '4' }, severity('P4')],
  ['no priority', { priority: '' }, severity('P3', true)],
])

rows('gcp_monitoring', 'incident.open', [
  [
    'no severity',
    { incident: { severity: 'No severity', policy_user_labels: { priority: '' } } },
    severity('P3', true),
  ],
  [
    'an old one without severity',
    { incident: { severity: undefined, policy_user_labels: { priority: '' } } },
    severity('P3', true),
  ],
  ['the label of the workload', { incident: { policy_user_labels: {} } }, { alert: { service: 'appointments-api' } }],
  [
    'the controller',
    {
      incident: {
        policy_user_labels: null,
        metadata: { user_labels: null, system_labels: { top_level_controller_name: 'shop' } },
      },
    },
    { alert: { service: 'shop' } },
  ],
  [
    'nothing that names it',
    { incident: { policy_user_labels: null, metadata: null } },
    { rejected: /policy_user_labels.service is missing/ },
  ],
  ['missing data', { incident: { condition: { conditionAbsent: {} } } }, gap],
  ['state in capitals', { incident: { state: 'CLOSED' } }, { alert: { status: 'resolved' } }],
])

describe('the cost of a text grows with its length, not with the square of it', () => {
  const LONG = 200_000
  test.each<[string, string, string, (run: string) => object, string]>([
    ['splunk_oncall', 'custom_outbound', 'a title', (run) => ({ service: `[FIRING:1] a${run}x)` }), ' '],
    ['splunk_oncall', 'custom_outbound', 'a count', (run) => ({ service: `[FIRING:1${run}` }), '1'],
    ['datadog', 'recommended_payload.triggered', 'a metric', (run) => ({ alert_metric: `a${run}b` }), '_'],
    ['datadog', 'recommended_payload.triggered', 'a value', (run) => ({ alert_status: `Metric value: 1${run}x` }), '1'],
    ['datadog', 'recommended_payload.triggered', 'brackets', (run) => ({ alert_title: `[${run}` }), '[a] '],
    ['newrelic', 'issue.activated', 'a policy', (run) => ({ alertPolicyNames: [`a${run}b`] }), ' '],
    ['cloudevents', 'structured', 'a window', (run) => ({ data: { window: `1${run}x` } }), '1m'],
    ['gcp_monitoring', 'incident.open', 'a policy', (run) => ({ incident: { policy_name: `a${run}!` } }), '-'],
    [
      'sentry',
      'metric_alert.critical',
      'a query',
      (run) => ({ data: { metric_alert: { alert_rule: { query: run } } } }),
      'a:',
    ],
    [
      'pagerduty',
      'incident.triggered',
      'a title',
      (run) => ({ event: { data: { title: `[FIRING:1${run}] !` } } }),
      '1',
    ],
  ])('%s %s: %s', (source, file, _what, patch, run) => {
    expect(read(source, file, patch(run.repeat(LONG / run.length)))).toHaveLength(1)
  })
})
