/** `interlock normalize` over files: the course cases, real deliveries, and everything a file can have wrong. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { fixtureBody, fixturePath, patched } from '../../tests/support/fixture.ts'
import { type NormalizeOptions, normalizeFiles } from './normalize.ts'

const NOW = '2026-05-17T12:00:00.000Z'
const folder = mkdtempSync(join(tmpdir(), 'interlock-normalize-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const fileOf = (text: string): string => {
  const file = join(folder, `${files++}.json`)
  writeFileSync(file, text)
  return file
}
const changed = (path: string, patch: object): string => fileOf(JSON.stringify(patched(fixtureBody(path), patch)))

const COURSE = {
  grafana: fixturePath('course/webhook_grafana.json'),
  pagerduty: fixturePath('course/webhook_pagerduty.json'),
  expected: fixturePath('course/incident_event.expected.json'),
}
const REAL = {
  grafana: fixturePath('webhooks/grafana/firing.single.json'),
  alertmanager: fixturePath('webhooks/alertmanager/firing.single.json'),
  pagerduty: fixturePath('webhooks/pagerduty/incident.triggered.json'),
}
const courseGrafana = (patch: object) => changed('course/webhook_grafana.json', patch)
const run = (options: NormalizeOptions) => normalizeFiles(options, NOW)

describe('course', () => {
  const event = fixtureBody('course/incident_event.expected.json')

  test('the two webhooks are the expected event', () => {
    const answer = run(COURSE)
    expect(answer).toEqual({
      exit: 0,
      json: { outcome: 'ok', incident_event: event, differences: [] },
      out: JSON.stringify(event, null, 2),
    })
  })

  test.each<[string, object]>([
    ['minutes', { window_minutes: 5 }],
    ['a duration', { window_minutes: undefined, window: '5m' }],
  ])('memory 87 and a window of 5, given as %s, differ in exactly those two', (_case, window) => {
    const answer = run({ ...COURSE, grafana: courseGrafana({ values: { memory_percent: 87, ...window } }) })
    const got = patched(event, { window_minutes: 5, metric_context: { memory_percent: 87 } })
    expect(answer.exit).toBe(1)
    expect(answer.json).toEqual({
      outcome: 'mismatch',
      incident_event: got,
      differences: [
        { field: 'window_minutes', expected: 10, actual: 5 },
        { field: 'metric_context.memory_percent', expected: 93, actual: 87 },
      ],
    })
    expect(JSON.parse(answer.out ?? '')).toEqual(got)
    expect(answer.err?.split('\n').slice(1)).toEqual([
      '  - window_minutes: expected 10 got 5',
      '  - metric_context.memory_percent: expected 93 got 87',
    ])
  })

  test('different incident keys: both named, no event', () => {
    const answer = run({
      ...COURSE,
      pagerduty: changed('course/webhook_pagerduty.json', { incident_key: 'HM-2026-05-17-02' }),
    })
    expect(answer.exit).toBe(1)
    expect(answer.out).toBeUndefined()
    expect(answer.err).toContain('  - incident_id: grafana says HM-2026-05-17-01, pagerduty says HM-2026-05-17-02')
    expect(answer.json).toEqual({
      outcome: 'conflict',
      incident_event: null,
      differences: [{ field: 'incident_id', expected: 'HM-2026-05-17-01', actual: 'HM-2026-05-17-02' }],
    })
  })

  test.each([
    ['service', { service: { name: 'billing' } }, 'appointments-api', 'billing'],
    ['namespace', { namespace: 'staging' }, 'prod', 'staging'],
  ])('%s differs: both values named, no event', (field, patch, expected, actual) => {
    const answer = run({ ...COURSE, pagerduty: changed('course/webhook_pagerduty.json', patch) })
    expect(answer.exit).toBe(1)
    expect(answer.out).toBeUndefined()
    expect(answer.err).toContain(`  - ${field}: grafana says ${expected}, pagerduty says ${actual}`)
    expect(answer.json).toEqual({
      outcome: 'conflict',
      incident_event: null,
      differences: [{ field, expected, actual }],
    })
  })

  test('one file alone', () => {
    expect(run({ pagerduty: COURSE.pagerduty })).toMatchObject({
      exit: 0,
      json: { incident_event: { incident_id: 'HM-2026-05-17-01', pod: '', metric_context: {} } },
    })
  })

  test('a field the expected event lacks, and one it has too many, differ', () => {
    const expected = changed('course/incident_event.expected.json', {
      pod: undefined,
      metric_context: { cpu: 1 },
      more: 1,
    })
    expect(run({ ...COURSE, expected }).json).toMatchObject({
      differences: [
        { field: 'pod', expected: null, actual: 'appointments-api-7c4d6f8b9-xq2lp' },
        { field: 'metric_context.cpu', expected: 1, actual: null },
        { field: 'more', expected: 1, actual: null },
      ],
    })
  })
})

describe('real deliveries', () => {
  test('join by target and by group', () => {
    const answer = run(REAL)
    expect(answer).toMatchObject({ exit: 0, json: { incident_event: { metric_context: { memory_percent: 93 } } } })
    expect(answer.json).toHaveProperty('incident_event.source_refs.length', 3)
    const { alertmanager, ...others } = REAL
    expect(run(others).json).toHaveProperty('incident_event.incident_id', 'HM-2026-05-17-0b2088d324ce')
    expect(run({ alertmanager }).json).toHaveProperty('incident_event.incident_id', 'HM-2026-05-17-0b2088d324ce')
  })

  test('an id stated by one is the id of all', () => {
    const grafana = changed('webhooks/grafana/firing.single.json', {
      alerts: { 0: { labels: { incident_id: 'HM-7' } } },
    })
    expect(run({ ...REAL, grafana }).json).toHaveProperty('incident_event.incident_id', 'HM-7')
  })

  test('a stated id joins by target what no group joins', () => {
    const patch = { groupKey: 'other', alerts: { 0: { labels: { incident_id: 'HM-7' } } } }
    const grafana = changed('webhooks/grafana/firing.single.json', patch)
    expect(run({ grafana, alertmanager: REAL.alertmanager }).exit).toBe(0)
  })

  test('stated ids that differ are two incidents, whatever else agrees', () => {
    const stating = (source: 'grafana' | 'alertmanager', incident_id: string) =>
      changed(`webhooks/${source}/firing.single.json`, { alerts: { 0: { labels: { incident_id } } } })
    const files = { grafana: stating('grafana', 'HM-7'), alertmanager: stating('alertmanager', 'HM-8') }
    expect(run(files).json).toMatchObject({ differences: [{ field: 'incident_id', expected: 'HM-7', actual: 'HM-8' }] })
  })

  test('with nothing in common they are two incidents', () => {
    const pagerduty = fixturePath('webhooks/pagerduty/incident.triggered.null_incident_key.json')
    const answer = run({ grafana: REAL.grafana, pagerduty })
    expect(answer).toMatchObject({ exit: 1, json: { outcome: 'conflict', incident_event: null } })
    expect(answer.err).toMatch(/incident_id: grafana says HM-2026-05-17-\w+, pagerduty says HM-2026-05-17-\w+$/)
  })

  test('of one group but about two pods they conflict', () => {
    const alertmanager = changed('webhooks/alertmanager/firing.single.json', {
      alerts: { 0: { labels: { pod: 'other' } } },
    })
    expect(run({ ...REAL, alertmanager }).json).toMatchObject({
      outcome: 'conflict',
      differences: [{ field: 'pod', expected: 'appointments-api-7c4d6f8b9-xq2lp', actual: 'other' }],
    })
  })

  test('a byte order mark in front of a delivery is no part of it', () => {
    expect(run({ grafana: fileOf(`\uFEFF${readFileSync(COURSE.grafana, 'utf8')}`) }).exit).toBe(0)
  })

  test('resolved alerts beside the one that fires are no matter', () => {
    const body = { alerts: { 1: { status: 'resolved' } } }
    expect(run({ grafana: changed('webhooks/grafana/firing.mixed_with_resolved.json', body) }).exit).toBe(0)
  })
})

describe('exit 2', () => {
  test.each<[string, NormalizeOptions, string, RegExp]>([
    ['no file', {}, 'missing_file', /name at least one, such as --grafana <file>; --help lists every source/],
    ['only --expected', { expected: COURSE.expected }, 'missing_file', /no delivery/],
    ['absent file', { grafana: '/absent.json' }, 'unreadable_file', /cannot read \/absent.json \(ENOENT\)/],
    ['a folder', { grafana: folder }, 'unreadable_file', /EISDIR/],
    ['broken JSON', { grafana: fileOf('{"a":') }, 'invalid_json', /is not JSON/],
    [
      'unknown shape',
      { grafana: fileOf('[1]') },
      'invalid_input',
      /\(grafana\): alerts is missing: send a Grafana webhook/,
    ],
    ['other source', { pagerduty: COURSE.grafana }, 'invalid_input', /\(pagerduty\): event is missing/],
    [
      'bad alert',
      { grafana: courseGrafana({ labels: { service: undefined } }) },
      'invalid_input',
      /labels.service is missing/,
    ],
    [
      'resolved',
      { grafana: fixturePath('webhooks/grafana/resolved.json') },
      'invalid_input',
      /HM-2026-05-17-\w+ is resolved/,
    ],
    [
      'ignored',
      { pagerduty: fixturePath('webhooks/pagerduty/pagey.ping.json') },
      'invalid_input',
      /no firing alert \(event "pagey.ping"/,
    ],
    [
      'three incidents',
      { alertmanager: fixturePath('webhooks/alertmanager/firing.group3.json') },
      'invalid_input',
      /holds 3 incidents \((HM-2026-05-17-\w+(, )?){3}\): give one/,
    ],
    ['expected is no event', { ...COURSE, expected: fileOf('[]') }, 'invalid_input', /give one incident_event/],
    ['expected is null', { ...COURSE, expected: fileOf('null') }, 'invalid_input', /give one incident_event/],
  ])('%s', (_case, options, code, message) => {
    expect(() => run(options)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }))
  })
})
