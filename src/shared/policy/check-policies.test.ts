import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ACTIONS } from '../../workers/actions/index.ts'
import { checkPolicies } from './check-policies.ts'
import { parsePolicies } from './policy-folder.ts'
import { BUILT_IN_PROFILES } from './profiles.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

const folder = (dir: string) => {
  const paths = readdirSync(`${root}/${dir}`, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.\w+$/.test(path),
  )
  return new Map(paths.map((path) => [path, readFileSync(`${root}/${dir}/${path}`, 'utf8')]))
}
const shipped = folder('policies')
const CARD = 'high_memory_usage/readiness.yaml'
const SPEC = 'high_memory_usage/specify.md'

const filesOf = (texts: ReadonlyMap<string, string>, unread: string[] = []) => {
  const classes = [
    ...new Set([...texts.keys()].flatMap((path) => (path.includes('/') ? [path.split('/')[0] ?? ''] : []))),
  ]
  return { texts, classes: classes.sort(), unread, digest: 'a'.repeat(64), stated_at: '2026-05-17T11:00:00.000Z' }
}

/** The shipped folder with files replaced; null takes one out. */
const check = (changes: Record<string, string | null>, unread: string[] = []): string[] => {
  const texts = new Map(shipped)
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) texts.delete(path)
    else texts.set(path, text)
  }
  return checkPolicies(filesOf(texts, unread), ACTIONS).map(
    ({ file, line, column, code, message }) => `${file}:${line}:${column} ${code} ${message}`,
  )
}
const edited = (path: string, from: string | RegExp, to: string) => {
  const text = (shipped.get(path) ?? '').replace(from, to)
  expect(text).not.toBe(shipped.get(path))
  return { [path]: text }
}

describe('checkPolicies', () => {
  it('finds nothing in the shipped folder', () => {
    expect(check({})).toEqual([])
  })

  it.each<[string, Record<string, string | null>, string]>([
    ['an unknown key', edited(CARD, 'profile:', 'profil:'), `${CARD}:3:1 field_invalid profil is not a known key`],
    [
      'an unknown check',
      edited(CARD, 'blast_radius_known', 'blast_known'),
      `${CARD}:12:3 field_invalid checks.blast_known`,
    ],
    ['a score of 9', edited(CARD, 'score: 4', 'score: 9'), `${CARD}:8:20 field_invalid scores.process.score is 9`],
    [
      'a score of some day',
      edited(CARD, '[specify.md]', '[specify.md], as_of: lately'),
      `${CARD}:5:54 field_invalid scores.spec.as_of is "lately"`,
    ],
    ['a missing field', edited(CARD, 'prefix: HM\n', ''), `${CARD}:1:1 field_invalid prefix is missing`],
    ['broken YAML', edited(CARD, 'prefix: HM', 'prefix: [HM'), `${CARD}:3:1 yaml_invalid not valid YAML`],
    ['a key twice', edited(CARD, 'prefix: HM', 'prefix: HM\nprefix: HX'), `${CARD}:3:1 yaml_invalid not valid YAML`],
    [
      'the wrong folder',
      edited(CARD, 'incident_class: high_memory_usage', 'incident_class: memory'),
      `${CARD}:1:1 class_misnamed incident_class is 'memory' in the folder 'high_memory_usage'`,
    ],
    [
      'no such profile',
      edited(CARD, 'profile: default', 'profile: cheap'),
      `${CARD}:3:1 profile_unknown profile is 'cheap'`,
    ],
    ['an inherited name', edited(CARD, 'profile: default', 'profile: toString'), `${CARD}:3:1 profile_unknown`],
    [
      'a prefix twice',
      edited(CARD, 'prefix: HM', 'prefix: HC'),
      `${CARD}:2:1 prefix_taken prefix is 'HC', which high_cpu_usage/readiness.yaml has already`,
    ],
    [
      'a score that nothing proves',
      edited(CARD, 'evidence: [validation.md]', 'evidence: []'),
      `${CARD}:7:3 evidence_missing verification is 5 without evidence`,
    ],
    [
      'a bare number',
      edited(CARD, /\{score: 5, evidence: \[validation.md\][^}]*\}/, '5'),
      `${CARD}:7:3 evidence_missing`,
    ],
    [
      'a reduced score without a reason',
      edited(CARD, /, reduction: ".*"/, ''),
      `${CARD}:8:3 reduction_missing process is 4 without a reason`,
    ],
    [
      'a radius wider than the action',
      edited(CARD, 'radius_of_impact: pod', 'radius_of_impact: namespace'),
      `${CARD}:13:3 radius_too_wide radius_of_impact is namespace, and restart_pod reaches the pod at most`,
    ],
    [
      'a radius wider than the action, at the top',
      edited(CARD, /checks:\n[\s\S]*radius_of_impact: pod/, 'radius_of_impact: cluster\nchecks:'),
      `${CARD}:10:1 radius_too_wide radius_of_impact is cluster`,
    ],
    [
      'a radius narrower than the action',
      edited('high_cpu_usage/readiness.yaml', 'radius_of_impact: deployment', 'radius_of_impact: pod'),
      'high_cpu_usage/readiness.yaml:13:3 radius_too_narrow',
    ],
    [
      'an entry narrower than its action',
      edited('high_cpu_usage/specify.md', /impact: deployment/, 'impact: pod'),
      'high_cpu_usage/specify.md:46:3 radius_too_narrow',
    ],
    ['a finding in a spec', edited(SPEC, '## Why', '## Background'), `${SPEC}:1:1 missing_why`],
    ['a card without its spec', { [SPEC]: null }, `${SPEC}:1:1 file_missing`],
    ['a spec without its card', { [CARD]: null }, `${CARD}:1:1 file_missing`],
    [
      'a misspelt setting',
      { 'settings.yaml': 'profiles: {}\nfreeze: []\n' },
      'settings.yaml:2:1 field_invalid freeze is not a known key',
    ],
    [
      'a freeze that ends before it begins',
      {
        'settings.yaml':
          'freezes:\n  - {from: "2027-01-02T00:00:00Z", to: "2026-12-23T00:00:00Z", scope: global, reason: x}\n',
      },
      'settings.yaml:2:5 field_invalid freezes.0 is',
    ],
    [
      'a fact that is derived',
      { 'services.yaml': 'services:\n  a:\n    facts: {stateless: true}\n' },
      'services.yaml:3:5 field_invalid services.a.facts is',
    ],
  ])('%s', (_, changes, expected) => {
    expect(check(changes)).toEqual([expect.stringContaining(expected)])
  })

  it.each<[string, string, string | null]>([
    ['beacon', readFileSync(`${root}/fixtures/mappings/beacon.yaml`, 'utf8'), null],
    ['beacon', 'kind: metrics', 'sources/beacon.yaml:1:1 field_invalid kind is "metrics"'],
    ['My-Tool', 'kind: metrics', "sources/My-Tool.yaml:1:1 field_invalid 'My-Tool' names no source"],
  ])('a source of ones own is checked: %s', async (name, text, expected) => {
    const path = `sources/${name}.yaml`
    expect(check({ [path]: text })[0] ?? null).toEqual(expected && expect.stringContaining(expected))
    const load = parsePolicies(root, filesOf(new Map(shipped).set(path, text)))
    if (expected === null) expect([...(await load).sources.keys()]).toEqual(['beacon'])
    else await expect(load).rejects.toThrow(path)
  })

  it('an action that is not in the catalogue is told where it is named and where it is listed', () => {
    const changes = {
      ...edited(CARD, 'restart_pod', 'reboot'),
      ...edited(SPEC, 'action: restart_pod', 'action: reboot'),
    }
    expect(check(changes)).toEqual([
      `${CARD}:16:1 action_unknown 'reboot' is not in the action catalogue`,
      `${SPEC}:46:3 action_unknown 'reboot' is not in the action catalogue`,
    ])
    expect(check(edited(CARD, 'action: restart_pod', 'action: scale_up_replicas_one'))).toEqual([
      expect.stringContaining('13:3 radius_too_narrow'),
      `${CARD}:16:1 action_not_listed specify.md does not pre-approve 'scale_up_replicas_one'`,
    ])
  })

  it('a score of 0 needs a reason and nothing that proves it', () => {
    const text = (reduction: string) => edited(CARD, /process: +\{.*\}/, `process: {score: 0${reduction}}`)
    expect(check(text(', reduction: "nothing is recorded"'))).toEqual([])
    expect(check(text(''))).toEqual([expect.stringContaining('reduction_missing process is 0')])
  })

  it('of a list that cannot be read nobody knows what is missing in it', () => {
    const found = check(edited(SPEC, '- action: restart_pod', '- action: ['))
    expect(found.every((finding) => finding.startsWith(`${SPEC}:4`) && finding.includes('action_unreadable'))).toBe(
      true,
    )
    expect(found.length).toBeGreaterThan(0)
  })

  it('everything at once, file by file and in the order of each', () => {
    const changes = {
      'settings.yaml':
        'profiles: {own: {auto: 24, semi_manual: 20, reason: x}}\nfreezes: [{from: "2026-12-23T00:00:00Z", to: "2027-01-02T00:00:00Z", scope: "class:memory", reason: x}]',
      'services.yaml': 'services: {a: {namespace: x}, b: {facts: {quota: null}}}',
      ...edited(
        CARD,
        /profile: default[\s\S]*implementation:/,
        'profile: cheap\nscores:\n  spec: 4\n  implementation:',
      ),
      ...edited(SPEC, '## Why', '## Background'),
    }
    expect(check(changes, ['service.yaml']).map((found) => found.split(' ').slice(0, 2).join(' '))).toEqual([
      'settings.yaml:1:12 threshold_moved_alone',
      'settings.yaml:2:70 scope_unknown',
      'services.yaml:1:16 field_invalid',
      'services.yaml:1:43 field_invalid',
      `${CARD}:3:1 profile_unknown`,
      `${CARD}:5:3 evidence_missing`,
      `${CARD}:5:3 reduction_missing`,
      `${SPEC}:1:1 missing_why`,
      'service.yaml:1:1 file_unread',
    ])
  })

  it('a folder without a class is no policy folder', () => {
    expect(checkPolicies(filesOf(new Map()), ACTIONS)).toEqual([
      expect.objectContaining({ file: '.', code: 'no_class', fix: expect.stringContaining('specify.md') }),
    ])
  })

  it('broken settings say nothing about profiles that they may have', () => {
    const changes = { 'settings.yaml': 'profiles: [', ...edited(CARD, 'profile: default', 'profile: own') }
    expect(check(changes)).toEqual([expect.stringContaining('settings.yaml:1:12 yaml_invalid')])
  })
})

describe('thresholds', () => {
  const settings = (name: string, auto: number, semi_manual: number) => ({
    'settings.yaml': `profiles:\n  ${name}: {auto: ${auto}, semi_manual: ${semi_manual}, reason: x}\n`,
  })

  it.each<[string, number, number, string]>([
    ['own', 24, 20, 'profile own moves auto from 23 to 24 and leaves semi_manual at 20'],
    ['own', 23, 22, 'profile own moves semi_manual from 20 to 22 and leaves auto at 23'],
    ['high_cost', 25, 21, 'profile high_cost moves auto from 24 to 25 and leaves semi_manual at 21'],
    ['constructor', 24, 20, 'profile constructor moves auto from 23'],
  ])('%s %d/%d: moved alone', (name, auto, semiManual, message) => {
    expect(check(settings(name, auto, semiManual))).toEqual([
      expect.stringContaining(`settings.yaml:2:3 threshold_moved_alone ${message}`),
    ])
  })

  it.each<[string, number, number]>([
    ['own', 24, 21],
    ['own', 25, 24],
    ['high_cost', 25, 22],
    ...Object.values(BUILT_IN_PROFILES).map((built): [string, number, number] => [
      'own',
      built.auto,
      built.semi_manual,
    ]),
  ])('%s %d/%d: moved together', (name, auto, semiManual) => {
    expect(check(settings(name, auto, semiManual))).toEqual([])
  })
})

describe('the scope of a freeze', () => {
  it.each([
    ['global', true],
    ['class:high_memory_usage', true],
    ['class:high_memory', false],
    ['service:orders-db', true],
    ['service:orders', false],
    ['namespace:prod', true],
    ['namespace:production', false],
  ])('%s is known: %s', (scope, known) => {
    const freeze = `{from: "2026-12-23T00:00:00Z", to: "2027-01-02T00:00:00Z", scope: "${scope}", reason: x}`
    const found = check({ 'settings.yaml': `freezes:\n  - ${freeze}\n` })
    expect(found).toEqual(
      known ? [] : [expect.stringContaining(`settings.yaml:2:64 scope_unknown '${scope}' freezes nothing`)],
    )
  })

  it('may be any namespace where a service is in every one', () => {
    const freeze = '{from: "2026-12-23T00:00:00Z", to: "2027-01-02T00:00:00Z", scope: "namespace:x", reason: x}'
    expect(check({ 'settings.yaml': `freezes: [${freeze}]`, 'services.yaml': 'services: {a: {}}' })).toEqual([])
  })
})

it('whatever a class is refused for when it is loaded, the check finds', async () => {
  const files = filesOf(folder('fixtures/demo/policies'))
  const { classes } = await parsePolicies(`${root}/fixtures/demo/policies`, files)
  const findings = checkPolicies(files, ACTIONS)
  const refused = [...classes.values()].flatMap((one) => ('problem' in one ? [one.incident_class] : []))
  expect(refused).toEqual(['policy_invalid'])
  for (const name of refused) expect(findings.some(({ file }) => file.startsWith(`${name}/`))).toBe(true)
})

it('whatever stands in a file, it is answered with findings that have a place, and nothing is thrown', () => {
  const path = fc.constantFrom('settings.yaml', 'services.yaml', CARD, SPEC)
  const junk = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'{}[]:-,&*!|>#"\' \n`ab1') }),
  )
  fc.assert(
    fc.property(path, junk, (file, text) => {
      for (const { line, column } of checkPolicies(filesOf(new Map([...shipped, [file, text]])), ACTIONS)) {
        expect(line).toBeGreaterThanOrEqual(1)
        expect(column).toBeGreaterThanOrEqual(1)
      }
    }),
    { numRuns: 300 },
  )
}, 120_000)
