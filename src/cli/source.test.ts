/** `interlock source test`: what it says of a mapping and a payload, and what of files it cannot use. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fixturePath } from '../../tests/support/fixture.ts'
import { testMapping } from './source.ts'

const NOW = '2026-05-17T12:00:00.000Z'
const MAPPING = fixturePath('mappings/beacon.yaml')
const folder = mkdtempSync(join(tmpdir(), 'interlock-source-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fileOf = (name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

test('everything understood is a pass, with what the pointers did not find', () => {
  const answer = testMapping(MAPPING, fixturePath('mappings/beacon.raised.json'), NOW)
  expect(answer).toMatchObject({ exit: 0, json: { outcome: 'pass', source: 'custom:beacon' } })
  expect(answer.out?.split('\n')).toEqual([
    'PASS: source=custom:beacon alerts=1 ignored=1 rejected=0',
    expect.stringMatching(
      /^ {2}firing class=high_memory_usage service=appointments-api .*metrics=\{"memory_percent":93\}/,
    ),
    '  ignored: status a text of 16 characters neither opens nor ends an incident',
    '  fields.pod: /target/instance finds nothing in 1 of 2 alerts',
    expect.stringContaining('fields.ends_at: /until'),
    expect.stringContaining('fields.link: /links/0/href'),
    '  fields.group_key: /group finds nothing in 2 of 2 alerts',
  ])
  expect(answer.out).not.toContain('token')
})

test('what stands where a pointer points and is of no use is told, since it is left out', () => {
  const mapping = fileOf(
    'times.json',
    JSON.stringify({
      fields: {
        ...{ id: '/id', status: '/state', class: '/check', service: '/app' },
        ...{ starts_at: '/when', ends_at: '/until', window: '/over' },
      },
      status: { firing: ['down'] },
      metrics: { load: '/load' },
    }),
  )
  const told = (alert: object) => {
    const body = { id: '1', state: 'down', check: 'High load', app: 'api', ...alert }
    const { exit, out } = testMapping(mapping, fileOf('times.payload.json', JSON.stringify(body)), NOW)
    return { exit, told: out?.split('\n').slice(2) }
  }
  expect(told({ when: '2026-05-17 12:00', until: 'soon', over: 'a while', load: 'high' })).toEqual({
    exit: 0,
    told: [
      '  fields.starts_at: /when finds no time (RFC 3339, or epoch) in 1 of 1 alerts',
      '  fields.ends_at: /until finds no time (RFC 3339, or epoch) in 1 of 1 alerts',
      '  fields.window: /over finds no window (10m, 600s, PT10M) in 1 of 1 alerts',
      '  metrics.load: /load finds no number in 1 of 1 alerts',
    ],
  })
  expect(told({ when: NOW, until: 1779018120, over: '10m', load: '0.5' })).toEqual({ exit: 0, told: [] })
})

test('what is not understood blocks, naming pointer and mapping', () => {
  const answer = testMapping(MAPPING, fixturePath('mappings/beacon.broken.json'), NOW)
  expect(answer).toMatchObject({ exit: 1, json: { outcome: 'block', readings: [{}, {}] } })
  expect(answer.err?.split('\n').slice(0, 3)).toEqual([
    'BLOCK: source=custom:beacon alerts=0 ignored=0 rejected=2',
    expect.stringContaining('  - rejected: /events/0/target/service is missing: fields.service'),
    expect.stringContaining('  - rejected: /events/1/state is "melted"'),
  ])
})

test.each<[string, string | undefined, string | undefined, string, RegExp]>([
  ['no mapping', undefined, MAPPING, 'missing_file', /--mapping <file>/],
  ['no payload', MAPPING, undefined, 'missing_file', /--payload <file>/],
  ['a mapping that is not there', 'nowhere.yaml', MAPPING, 'unreadable_file', /nowhere.yaml/],
  ['a payload that is not there', MAPPING, 'nowhere.json', 'unreadable_file', /nowhere.json/],
  ['a payload that is not JSON', MAPPING, MAPPING, 'invalid_json', /beacon.yaml/],
  ['broken YAML', fileOf('bad.yaml', 'fields: ['), MAPPING, 'invalid_yaml', /bad.yaml/],
  ['a mapping without fields', fileOf('empty.yaml', 'kind: metric'), MAPPING, 'invalid_input', /fields is missing/],
  [
    'a name that is no source',
    fileOf(
      'My Tool.json',
      JSON.stringify({ fields: { id: '', status: '', class: '', service: '' }, status: { firing: ['x'] } }),
    ),
    MAPPING,
    'invalid_input',
    /the name of the file is that of the source/,
  ],
])('%s', (_what, mapping, payload, code, message) => {
  expect(() => testMapping(mapping, payload, NOW)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  )
})
