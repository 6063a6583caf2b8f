import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findClassPolicy } from './class-policy.ts'
import { PolicyError } from './policy-error.ts'
import { loadPolicyFolder } from './policy-folder.ts'

const shipped = fileURLToPath(new URL('../../../policies', import.meta.url))

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'interlock-policies-'))
  await cp(shipped, dir, { recursive: true })
})
afterEach(() => rm(dir, { recursive: true }))

const write = (path: string, text: string) => writeFile(join(dir, path), text)
const card = (changes: string) =>
  `incident_class: high_memory_usage\nprefix: HM\nscores: {}\npre_approved_action: restart_pod\n${changes}`
const problemOf = async (name: string) => findClassPolicy(await loadPolicyFolder(dir), name).blocker

describe('loadPolicyFolder', () => {
  it('reads the shipped folder', async () => {
    const set = await loadPolicyFolder(shipped)
    const { policy } = findClassPolicy(set, 'high_memory_usage')
    expect(policy?.card).toMatchObject({ prefix: 'HM', sources_required: 1, correlation_window: 60_000 })
    expect(policy?.profile.auto).toBe(23)
    expect(policy?.pre_approved).toEqual([{ action: 'restart_pod', radius_of_impact: 'pod', requires: [] }])
    expect(policy?.spec.path).toBe('high_memory_usage/specify.md')
    expect(Object.keys(set.services)).toEqual(['appointments-api', 'orders-db'])
    expect([...set.classes.keys()]).toEqual(['high_cpu_usage', 'high_memory_usage'])
  })

  it('the digest is the same for the same text and another after any change', async () => {
    const before = (await loadPolicyFolder(dir)).digest
    expect((await loadPolicyFolder(shipped)).digest).toBe(before)
    await write('services.yaml', 'services: {}')
    const after = (await loadPolicyFolder(dir)).digest
    expect(after).not.toBe(before)
    await write('README.md', 'not a policy')
    expect((await loadPolicyFolder(dir)).digest).toBe(after)
  })

  it('settings add profiles, override built-in ones, and declare freezes', async () => {
    const freeze = { from: '2026-12-23T00:00:00Z', to: '2027-01-02T00:00:00Z', scope: 'global', reason: 'year end' }
    const strict = { auto: 25, semi_manual: 24, reason: 'why' }
    await write('settings.yaml', JSON.stringify({ profiles: { own: strict, default: strict }, freezes: [freeze] }))
    const { profiles, freezes } = await loadPolicyFolder(dir)
    expect(profiles).toMatchObject({ own: strict, default: strict, internal: { auto: 23, semi_manual: 21 } })
    expect(freezes).toEqual([freeze])
  })

  it.each([
    ['no settings.yaml', null],
    ['one that says nothing of budgets', 'profiles: {}\n'],
  ])('how many pass in an hour is limited with %s', async (_, settings) => {
    await (settings === null ? rm(join(dir, 'settings.yaml')) : write('settings.yaml', settings))
    expect((await loadPolicyFolder(dir)).budgets).toEqual([
      { scope: 'service', limit: 3, window: 3_600_000 },
      { scope: 'namespace', limit: 10, window: 3_600_000 },
    ])
  })

  it('the shipped settings say the same, and no limit has to be asked for', async () => {
    const shippedBudgets = (await loadPolicyFolder(shipped)).budgets
    await write('settings.yaml', '')
    expect((await loadPolicyFolder(dir)).budgets).toEqual(shippedBudgets)
    await write('settings.yaml', 'budgets: []')
    expect((await loadPolicyFolder(dir)).budgets).toEqual([])
  })

  it("accepts the settings of the policy folder's reference", async () => {
    await write(
      'settings.yaml',
      'profiles: {}\nbudgets:\n  - {scope: service, limit: 3, window: 1h}\nfreezes: []\nreview: {expires_after: 30m}\n',
    )
    await expect(loadPolicyFolder(dir)).resolves.toBeDefined()
  })

  it('without settings and services everything is at its default, and nothing is known', async () => {
    await rm(join(dir, 'settings.yaml'))
    await rm(join(dir, 'services.yaml'))
    expect(await loadPolicyFolder(dir)).toMatchObject({ freezes: [], services: {} })
  })

  it.each([
    ['settings.yaml', 'freeze: []', 'settings.yaml: freeze is not a known key'],
    ['settings.yaml', 'profiles: {own: {auto: 20, semi_manual: 23, reason: x}}', 'semi_manual must not be above auto'],
    ['settings.yaml', 'profiles: {own: {auto: 23, semi_manual: 20}}', 'profiles.own.reason is missing'],
    [
      'settings.yaml',
      'profiles: {own: {auto: 23, semi_manual: 20, stateful_auto: 22, reason: x}}',
      'stateful_auto must not be below auto',
    ],
    [
      'settings.yaml',
      'freezes: [{from: "2027-01-02T00:00:00Z", to: "2026-12-23T00:00:00Z", scope: global, reason: x}]',
      'a freeze ends (to) after it begins (from)',
    ],
    [
      'settings.yaml',
      'freezes: [{from: "2026-12-23T00:00:00Z", to: "2027-01-02T00:00:00Z", scope: api, reason: x}]',
      'freezes.0.scope is "api"',
    ],
    ...['service:api\u200b', 'service:\u0430pi', 'namespace:pr\u00f6d', 'class:Memory', 'class:m\u0435mory'].map(
      (scope): [string, string, string] => [
        'settings.yaml',
        `freezes: [{from: "2026-12-23T00:00:00Z", to: "2027-01-02T00:00:00Z", scope: "${scope}", reason: x}]`,
        `freezes.0.scope is "${scope}"`,
      ],
    ),
    ['settings.yaml', 'profiles: [', 'settings.yaml: not valid YAML'],
    ['settings.yaml', 'review: {}\nreview: {}', 'settings.yaml: not valid YAML'],
    ['services.yaml', 'services: {a: {facts: {stateless: true}}}', 'state stateful instead'],
    ['services.yaml', 'services: {a: {facts: {Stateful: true}}}', 'services.a.facts'],
    ['services.yaml', 'services: {a: {facts: {quota: null}}}', 'services.a.facts.quota is null'],
    ['services.yaml', 'services: {a: {namespace: prod}}', 'services.a.namespace is not a known key'],
  ])('%s: %s', async (file, text, message) => {
    await write(file, text)
    const error = await loadPolicyFolder(dir).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(PolicyError)
    expect(error).toMatchObject({ code: 'policy_invalid', message: expect.stringContaining(message) })
  })

  it('a folder that is not there names the variable to set', async () => {
    await expect(loadPolicyFolder(join(dir, 'none'))).rejects.toThrow(/cannot be read .* set POLICY_DIR/)
  })

  it.each([
    ['another class', card('').replace('high_memory_usage', 'other'), "incident_class is 'other' in the folder"],
    ['an unknown profile', card('profile: cheap'), "profile is 'cheap': use one of default, high_cost"],
    ['an inherited name as profile', card('profile: constructor'), "profile is 'constructor'"],
    ['a score of 9', card('').replace('{}', '{spec: 9}'), 'scores.spec is 9: a score is between 0 and 5'],
    ['an unknown key', card('profil: default'), 'profil is not a known key'],
    ['a wrong duration', card('repeat_window: 15'), 'repeat_window is 15'],
    ['an incident of its own', card('incident_id: HM-1'), 'incident_id is not a known key'],
    ['broken YAML', 'a: [', 'not valid YAML'],
    ['an empty file', '', 'incident_class is missing'],
  ])('a card with %s is kept as a problem, and the other class goes on', async (_, text, message) => {
    await write('high_memory_usage/readiness.yaml', text)
    expect(await problemOf('high_memory_usage')).toEqual({
      code: 'policy_invalid',
      message: expect.stringContaining(message),
    })
    expect(await problemOf('high_cpu_usage')).toBeNull()
  })

  it.each([
    ['- action: restart_pod\n  require: [x]', 'specify.md line'],
    ['- action: restart_pod\n  requires: ["x = 1"]', "condition 'x = 1'"],
  ])('a spec whose list cannot be read is a problem: %s', async (entry, message) => {
    await write('high_memory_usage/specify.md', `## Pre-approved actions\n\n\`\`\`yaml\n${entry}\n\`\`\`\n`)
    expect((await problemOf('high_memory_usage'))?.message).toContain(message)
  })

  it('a condition in prose, which nothing would check, is a problem', async () => {
    await write('high_memory_usage/specify.md', '## Pre-approved actions\n\n- `restart_pod`, only if stateless\n')
    expect((await problemOf('high_memory_usage'))?.message).toContain('which nothing checks')
  })

  it.each(['readiness.yaml', 'specify.md'])('a class without its %s is a problem', async (file) => {
    await rm(join(dir, 'high_memory_usage', file))
    expect((await problemOf('high_memory_usage'))?.message).toContain(`high_memory_usage/${file} is missing`)
  })

  it.each(['none', 'constructor'])('there is no policy for %s', async (name) => {
    await mkdir(join(dir, 'none'))
    expect((await problemOf(name))?.code).toBe('policy_missing')
  })

  it('names the commit that last changed a spec, and none outside a checkout', async () => {
    const commitOf = async () => findClassPolicy(await loadPolicyFolder(dir), 'high_memory_usage').policy?.spec.commit
    expect(await commitOf()).toBeNull()
    const git = (...args: string[]) =>
      promisify(execFile)('git', ['-C', dir, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args])
    await git('init', '--quiet')
    await git('add', '.')
    await git('commit', '--quiet', '-m', 'policies')
    expect(await commitOf()).toBe((await git('rev-parse', 'HEAD')).stdout.trim())
  })
})
