/** What every source guarantees, over all its recorded deliveries and anything else a stranger may send. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leavesOf, type Path, placeOf, replaced } from '../../../tests/support/leaves.ts'
import { allFixtures, fixturesOf, RECEIVED_AT } from '../../../tests/support/source-fixtures.ts'
import { Alert, SourceName } from '../contracts/alert.ts'
import { SOURCES } from './index.ts'
import type { Reading } from './source.ts'

/** Every place whose text may reach a reading. A place that is not here is left behind: this list is the redaction. */
const CARRIED: Record<Exclude<SourceName, 'custom'>, readonly string[]> = {
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

/** Invented personal data and secrets of the fixtures, and what marks a link that acts or gives away a query. */
const FORBIDDEN = [
  ...['Maria', 'Ivanova', 'Helen', 'Marsh', 'Novak', 'PUSR3KD', '@', '+44', '1984', '203.0.113', '10.20.30'],
  ...['Bearer', 'eyJ', 'token', 'AKIA', 's3cret', 'postgres', 'Resolution Note', 'Spoke to', 'memory limit'],
  ...['ivanova', '88213', 'arn:', '123456789012', '00000000-', 'EXAMPLEp', '2336412f', 'amazonaws', 'heap', 'Raised'],
  ...['silence', 'g0.expr', 'orgId=', '?', 'runbook', 'averaged', 'no value', 'dial tcp', 'routing', 'Appointments'],
]

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0

const CANARY = 'canary'
const BAIT = 'https://canary-user:canary-password@link.example.com/d/board?canary=query#canary-hash'

const isShaped = (reading: Reading): boolean =>
  reading.reading === 'alert' ? Alert.safeParse(reading.alert).success : reading.reason.length > 0

describe.each(SOURCES)('source $name', ({ name, read }) => {
  const fixtures = fixturesOf(name)
  const carried = CARRIED[name as keyof typeof CARRIED]

  test('has recorded deliveries', () => expect(fixtures.length).toBeGreaterThan(1))

  test.each(fixtures)('$path: readings are well formed, its own, and always the same', ({ body, headers }) => {
    const readings = read(body, RECEIVED_AT, headers)
    expect(readings.length).toBeGreaterThan(0)
    for (const reading of readings) {
      expect(reading).toSatisfy(isShaped)
      if (reading.reading === 'alert') expect(reading.alert).toEqual(Alert.parse({ ...reading.alert, source: name }))
    }
    expect(JSON.stringify(read(structuredClone(body), RECEIVED_AT, headers))).toBe(JSON.stringify(readings))
  })

  test.each(fixtures)('$path: no personal data, secret or query reaches a reading', ({ body, headers }) => {
    const text = JSON.stringify(read(body, RECEIVED_AT, headers))
    expect(FORBIDDEN.filter((word) => text.includes(word))).toEqual([])
  })

  test('text is carried over from the listed places and no other', () => {
    const leaking = (bait: string, mark: string) =>
      fixtures.flatMap(({ body, headers }) =>
        leavesOf(body)
          .filter((path) => JSON.stringify(read(replaced(body, path, bait), RECEIVED_AT, headers)).includes(mark))
          .map(placeOf),
      )
    expect([...new Set(leaking(CANARY, CANARY))].sort()).toEqual([...new Set(carried)].sort())
    // Of a link the host and path are kept; the rest of it leaks only where any text does.
    expect(leaking(BAIT, CANARY).filter((place) => !carried.includes(place))).toEqual([])
  })

  test.each(fixtures)('$path: survives any change of one place', ({ body, headers }) => {
    const paths = leavesOf(body).flatMap((path) => path.map((_, depth) => path.slice(0, depth + 1)))
    const junk = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constant(undefined),
      fc.constant({ toString: 1, valueOf: 1 }),
    )
    fc.assert(
      fc.property(fc.constantFrom<Path>([], ...paths), junk, (path, value) => {
        expect(read(replaced(body, path, value), RECEIVED_AT, headers)).toSatisfy((all: Reading[]) =>
          all.every(isShaped),
        )
      }),
      { numRuns: 150 },
    )
  })

  test('survives anything', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const readings = read(value, RECEIVED_AT)
        // A list may be a batch, with an answer for each of its entries.
        expect(
          readings.every(({ reading }) => reading === 'rejected' || (reading === 'ignored' && isEmpty(value))),
        ).toBe(true)
        expect(readings).toHaveLength(Array.isArray(value) && readings.length > 1 ? value.length : 1)
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    ...[null, undefined, true, 7, '', 'text', [], [[]], {}, [null]],
    JSON.parse('{"__proto__": {"alerts": []}, "constructor": {"prototype": {"source": "x"}}}'),
    ...[{ alerts: null }, { event: null }, { messages: {} }, { incident_key: [] }, { alert_name: 1 }, { ruleId: 'x' }],
  ])('is not thrown by %j', (body) => {
    expect(read(body, RECEIVED_AT)).toSatisfy((all: Reading[]) => all.every(isShaped))
    expect(({} as Record<string, unknown>).alerts).toBeUndefined()
  })
})

const nested = `${'['.repeat(5000)}${']'.repeat(5000)}`

test.each(['alerts', 'labels', 'values', 'event', 'messages', 'incident_key'])(
  'no depth of %s is too much',
  (field) => {
    const body = JSON.parse(`{"${field}": ${nested}, "version": "1", "ruleId": 1, "alert_name": "x"}`)
    for (const { read } of SOURCES)
      for (const deep of [body, body[field]])
        expect(read(deep, RECEIVED_AT)).toSatisfy((all: Reading[]) => all.every(isShaped))
  },
)

describe('batches', () => {
  const batches = allFixtures().flatMap(({ source, path, body }) => {
    const key = (['alerts', 'messages'] as const).find((name) => Array.isArray(Object(body)[name]))
    return key ? [{ source, path, key, body: body as Record<string, unknown[]> }] : []
  })

  test.each(batches)('$path: one broken entry is rejected, the others read as before', ({ source, key, body }) => {
    const read = SOURCES.find(({ name }) => name === source)?.read ?? (() => [])
    const entries = [...(body[key] ?? []), ...(body[key] ?? [])]
    const whole = read({ ...body, [key]: entries }, RECEIVED_AT)
    for (const [index] of entries.entries()) {
      const readings = read({ ...body, [key]: entries.with(index, { status: 'exploded' }) }, RECEIVED_AT)
      expect(readings[index]?.reading).toBe('rejected')
      expect(readings.toSpliced(index, 1)).toEqual(whole.toSpliced(index, 1))
    }
  })
})

test('the registry lists every source once', () => {
  expect(SOURCES.map(({ name }) => name)).toEqual(SourceName.options.filter((name) => name !== 'custom'))
})
