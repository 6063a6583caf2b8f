import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ACTIONS } from '../../workers/actions/index.ts'
import type { Catalogue } from './catalogue.ts'
import { checkSpec, parseSpec } from './spec-document.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const fixture = (name: string) => readFileSync(`${root}/fixtures/specs/${name}.md`, 'utf8')
const section = (body: string) => `# Spec\n\n## Pre-approved actions\n\n${body}\n\n## Later\n\n- \`later\`\n`
const yaml = (body: string) => section(`\`\`\`yaml\n${body}\n\`\`\``)
const CATALOGUE: Catalogue = [...ACTIONS, { name: 'a', radius: 'namespace' }]
const codes = (text: string) => checkSpec(text, CATALOGUE).map(({ code, line, column }) => `${code} ${line}:${column}`)
const names = (text: string) => parseSpec(text).pre_approved.map(({ action }) => action)

describe('parseSpec', () => {
  it.each<[string, string, string[]]>([
    [
      'bullets',
      section('- `restart_pod`: one pod\n- `scale_up_replicas_one`'),
      ['restart_pod', 'scale_up_replicas_one'],
    ],
    ['yaml', yaml('- action: restart_pod'), ['restart_pod']],
    ['both forms', `${section('- `a`')}`.replace('- `a`', '- `a`\n\n```yml\n- action: b\n```'), ['a', 'b']],
    ['each action once', section('- `a`\n- `a`'), ['a']],
    ['a bullet without backticks', section('- restart_pod'), []],
    ['a name later in the bullet', section('- not `restart_pod`'), []],
    ['an open task', section('- [ ] `restart_pod`'), []],
    ['a command in backticks', section('- `kubectl delete pod`'), []],
    ['a nested bullet', section('- text\n  - `restart_pod`'), []],
    ['a list below a sub-heading', section('- `a`\n\n### Never\n\n- `b`'), ['a']],
    ['a comment', section('<!--\n- `restart_pod`\n-->'), []],
    ['a quotation', section('> - `restart_pod`'), []],
    ['yaml that is not marked as such', section('```\n- action: restart_pod\n```'), []],
    ['no such section', '# Spec\n\n- `restart_pod`\n', []],
    ['another heading for it', '# Spec\n\n### 7. Pre-Approved Actions:\n\n* `restart_pod`\n', ['restart_pod']],
    ['a heading struck through', '# Spec\n\n## ~~Pre-approved actions~~\n\n- `a`\n', []],
    ['a heading that takes them back', '# Spec\n\n## Pre-approved actions (suspended until June)\n\n- `a`\n', []],
    ['an empty document', '', []],
  ])('%s', (_, text, expected) => {
    expect(names(text)).toEqual(expected)
    expect(parseSpec(text).problems).toEqual([])
  })

  it('reads radius and conditions from yaml', () => {
    expect(parseSpec(fixture('course_with_conditions')).pre_approved).toEqual([
      { action: 'restart_pod', radius_of_impact: 'pod', requires: [] },
      {
        action: 'scale_up_replicas_one',
        radius_of_impact: 'deployment',
        requires: [
          { text: 'stateless', fact: 'stateless', kind: 'is_true' },
          { text: 'hpa_enabled', fact: 'hpa_enabled', kind: 'is_true' },
        ],
      },
    ])
  })

  it('an action listed twice needs the conditions of both entries, and the narrowest radius', () => {
    const text = yaml(
      '- {action: a, requires: [x], radius_of_impact: namespace}\n- {action: a, requires: [y], radius_of_impact: pod}',
    )
    const [only, ...more] = parseSpec(text).pre_approved
    expect(more).toEqual([])
    expect(only).toMatchObject({ radius_of_impact: 'pod', requires: [{ fact: 'x' }, { fact: 'y' }] })
  })

  it.each([
    [
      'a misspelt key, whose conditions would be lost',
      yaml('- action: a\n  require: [x]'),
      7,
      'require is not a known key',
    ],
    [
      'a condition that cannot be read',
      yaml('- action: a\n  requires:\n    - x\n    - "y = 1"'),
      9,
      "condition 'y = 1'",
    ],
    ['a condition that is not text', yaml('- action: a\n  requires: [true]'), 7, 'requires.0 is true'],
    ['one condition instead of a list', yaml('- action: a\n  requires: x'), 7, 'requires is "x"'],
    ['an unknown radius', yaml('- action: a\n  radius_of_impact: galaxy'), 7, 'radius_of_impact is "galaxy"'],
    ['broken yaml', yaml('- action: [a'), 6, ''],
    ['a key twice', yaml('- action: a\n  requires: [x]\n  requires: []'), 8, 'unique'],
    ['a mapping', yaml('action: a'), 6, 'the yaml block is not a list'],
    ['a denial in the list', section('- `delete_namespace`: never'), 5, 'is said not to be allowed'],
  ])('%s is a problem, with its line', (_, text, line, message) => {
    const [problem] = parseSpec(text).problems
    expect(problem?.line).toBe(line)
    expect(problem?.message).toContain(message)
  })

  it.each([
    ...['(never)', '(not allowed)', '(disabled)', '– removed in March', '~~for a while~~', 'no longer allowed'],
    ...['do not use', '**never**', ': forbidden', '(no)', '– no, since March', "don't", 'cannot be used'],
  ])('an action that is said not to be allowed is no approval, however it is said: %s', (prose) => {
    expect(parseSpec(section(`- \`a\` ${prose}`))).toMatchObject({
      pre_approved: [],
      problems: [{ code: 'action_unreadable', line: 5 }],
    })
  })

  it.each([
    ...['(stateless only)', 'if the workload is stateless', 'when stateless', 'except for databases'],
    ...['for stateless workloads only', 'but not for stateful services', ': must be stateless', 'only in dev'],
    ...['as long as there is quota', ': fast. Never on a database.', '(requires a backup)', 'unless it is frozen'],
  ])('a condition in prose is found, however it is said: %s', (prose) => {
    const { problems, remarks } = parseSpec(section(`- \`a\` ${prose}`))
    expect([problems, remarks.map(({ code }) => code)]).toEqual([[], ['condition_in_prose']])
  })

  it.each([
    ...['gives one pod a fresh start', ': restarts only the pod that is named', '(notes: none)', '. Reversible.'],
    ...['adds one replica, and takes it away again', '— one pod, nothing else'],
    ...['— no downtime, one pod at a time', ': cannot lose data'],
  ])('a description is neither: %s', (prose) => {
    const { pre_approved, problems, remarks } = parseSpec(section(`- \`a\` ${prose}`))
    expect([pre_approved.length, problems, remarks]).toEqual([1, [], []])
  })
})

describe('checkSpec', () => {
  it.each(['course', 'course_with_conditions'])('finds nothing in %s', (name) => {
    expect(checkSpec(fixture(name), ACTIONS)).toEqual([])
  })

  it.each(readdirSync(`${root}/policies`).filter((name) => !name.endsWith('.yaml')))(
    'finds nothing in the policy of %s',
    (name) => {
      expect(checkSpec(readFileSync(`${root}/policies/${name}/specify.md`, 'utf8'), ACTIONS)).toEqual([])
    },
  )

  it.each([
    ['missing_why', ['missing_why 1:1']],
    ['missing_what', ['missing_what 1:1']],
    ['missing_constraints', ['missing_constraints 1:1']],
    ['missing_success_criteria', ['missing_success_criteria 1:1']],
    ['missing_given_when_then', ['missing_given_when_then 1:1']],
    ['missing_pre_approved_actions', ['missing_pre_approved_actions 1:1']],
    ['no_readable_action', ['missing_pre_approved_actions 42:1']],
    ['action_unreadable', ['action_unreadable 45:1']],
    ['action_denied_in_list', ['action_unreadable 45:1']],
    ['condition_unreadable', ['condition_unreadable 47:38']],
    ['condition_in_prose', ['condition_in_prose 44:1']],
    ['misspelt_requires', ['action_unreadable 47:3']],
    ['concrete_command', ['concrete_command 11:14', 'concrete_command 12:4', 'concrete_command 12:38']],
  ])('%s: exactly what is wrong, and where', (name, expected) => {
    expect(codes(fixture(name))).toEqual(expected)
  })

  it.each([
    ['an action that does not exist, in a bullet', section('- `a`\n- `restrat_pod`'), 'action_unknown 6:1'],
    ['an action that does not exist, in yaml', yaml('- action: a\n- action: reboot'), 'action_unknown 7:3'],
    [
      'a radius that the action does not keep',
      yaml('- action: a\n  radius_of_impact: deployment'),
      'radius_too_narrow 7:3',
    ],
    ['a condition, where it cannot be read', yaml('- action: a\n  requires: [x, y = 1]'), 'condition_unreadable 7:19'],
    [
      'a condition over two lines, where it begins',
      yaml('- action: a\n  requires:\n    - >-\n      y\n      = 1'),
      'condition_unreadable 8:7',
    ],
    ['a word that follows a condition', yaml("- action: a\n  requires: ['x and y']"), 'condition_unreadable 7:17'],
    ['broken yaml', yaml('- action: [a'), 'action_unreadable 6:13'],
    ['an indented block', section('  ```yaml\n  - action: reboot\n  ```'), 'action_unknown 6:5'],
  ])('points at %s', (_, text, expected) => {
    expect(codes(text).filter((code) => !/ 1:1$/.test(code))).toEqual([expected])
  })

  it('every mistake of a list at once, each in its place', () => {
    const text = yaml('- action: a\n  require: [x]\n  radius_of_impact: galaxy\n- action: b\n  requires: ["=", "1"]')
    expect(codes(text).filter((code) => !/ 1:1$/.test(code))).toEqual([
      'action_unreadable 7:3',
      'action_unreadable 8:3',
      'action_unknown 9:3',
      'condition_unreadable 10:15',
      'condition_unreadable 10:20',
    ])
  })

  it('says of each finding how to mend it', () => {
    const all = readdirSync(`${root}/fixtures/specs`).flatMap((name) => checkSpec(fixture(name.slice(0, -3)), ACTIONS))
    expect(all.length).toBeGreaterThan(12)
    for (const { message, fix } of all)
      expect([message, fix]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)])
  })

  const withHeadings = (...headings: string[]) =>
    [...headings, 'Success criteria', 'Scenarios', 'Pre-approved actions']
      .map((title) => `## ${title}\n\n${title === 'Pre-approved actions' ? '- `a`' : 'Given x, when y, then z.'}\n`)
      .join('\n')

  it.each<[string[], string[]]>([
    [['WHY', 'WHAT', 'Constraints'], []],
    [['1. Why', '2. What', '3. Constraints'], []],
    [['Context', 'What', 'Out of scope'], []],
    [['Context', 'Why', 'Out of scope'], []],
    [['Why', 'What', 'Must not change'], []],
    [['Why', 'What', 'What must not change'], []],
    [['Context', 'Constraints'], ['missing_what']],
    [['Why', 'What must not change'], ['missing_what']],
    [['What', 'Constraints'], ['missing_why']],
    [['Whyever', 'What', 'Constraints'], ['missing_why']],
    [[], ['missing_why', 'missing_what', 'missing_constraints']],
  ])('headings %j leave %j', (headings, expected) => {
    expect(checkSpec(withHeadings(...headings), CATALOGUE).map(({ code }) => code)).toEqual(expected)
  })

  it('a heading with nothing under it states nothing, one with a filled subsection does', () => {
    const empty = withHeadings('What', 'Constraints').replace('## What', '## Why\n\n## What')
    expect(codes(`# A\n\n${empty}`)).toEqual(['missing_why 3:1'])
    expect(codes(empty.replace('## Why\n', '## Why\n\n### Problem\n\nSlow.\n'))).toEqual([])
  })

  it('a heading that names the three words is not yet a scenario', () => {
    const text = withHeadings('Why', 'What', 'Constraints').replaceAll('Given x, when y, then z.', 'Text.')
    expect(codes(text.replace('## Scenarios', '## Given/When/Then'))).toEqual(['missing_given_when_then 1:1'])
  })
})
