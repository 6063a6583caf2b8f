import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PolicyError } from '../shared/policy/policy-error.ts'
import { checkPolicyFolder } from './policy.ts'

const NOW = '2026-05-17T11:43:00.000Z'
let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'interlock-policies-'))
  await cp(fileURLToPath(new URL('../../policies', import.meta.url)), dir, { recursive: true })
})
afterEach(() => rm(dir, { recursive: true }))
const write = (path: string, text: string) => writeFile(join(dir, path), text)

describe('interlock policy check', () => {
  it('passes a valid folder, with the best verdict of each class and what holds it back', async () => {
    const { exit, out, err, json } = await checkPolicyFolder(dir, NOW)
    expect([exit, err]).toEqual([0, undefined])
    expect(out?.split('\n').map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
      'CLASS | ACTION | SERVICE | BEST VERDICT | HELD BACK BY',
      'high_cpu_usage | scale_up_replicas_one | appointments-api/prod | dry_run_passed',
      ' | orders-db/prod | blocked | stateful_without_backup: stateful=true, backup_verified=false',
      'high_memory_usage | restart_pod | appointments-api/prod | awaiting_review | a person confirms the first run of restart_pod on each service (human_review_for_first_run)',
      ' | orders-db/prod | blocked | stateful_without_backup: stateful=true, backup_verified=false',
      `PASS: policies=${dir} classes=2 findings=0`,
    ])
    expect(json).toMatchObject({
      outcome: 'pass',
      dir,
      at: NOW,
      findings: [],
      classes: [
        {
          incident_class: 'high_cpu_usage',
          action: 'scale_up_replicas_one',
          best: 'dry_run_passed',
          targets: [
            { service: 'appointments-api', namespace: 'prod', verdict: 'dry_run_passed', held_back_by: [] },
            {},
          ],
        },
        { incident_class: 'high_memory_usage', best: 'awaiting_review' },
      ],
    })
  })

  it('names every finding with its file, line, column and fix, and still says what can be decided', async () => {
    await write('high_memory_usage/readiness.yaml', 'incident_class: high_memory_usage\nprofil: default\n')
    await write('high_cpu_usage/settings.yaml', '')
    const { exit, out, err, json } = await checkPolicyFolder(dir, NOW)
    expect(exit).toBe(1)
    expect(err?.split('\n')).toEqual([
      `BLOCK: policies=${dir} classes=2 findings=5`,
      ...[1, 1, 1].map(() =>
        expect.stringContaining(`  - field_invalid: ${dir}/high_memory_usage/readiness.yaml:1:1 `),
      ),
      `  - field_invalid: ${dir}/high_memory_usage/readiness.yaml:2:1 profil is not a known key: remove it or correct its name`,
      expect.stringContaining(`  - file_unread: ${dir}/high_cpu_usage/settings.yaml:1:1 nothing reads`),
    ])
    expect(out).toMatch(/^high_memory_usage +- +every +blocked +policy_invalid: mend its files first$/m)
    expect(json).toMatchObject({
      outcome: 'block',
      findings: [{ code: 'field_invalid', line: 1, column: 1 }, {}, {}, {}, {}],
    })
  })

  it('has no verdicts where a file that concerns every class is broken', async () => {
    await write('services.yaml', 'services: [')
    const { exit, out, json } = await checkPolicyFolder(dir, NOW)
    expect([exit, out]).toEqual([1, 'no verdicts: settings.yaml, services.yaml and sources/ must be mended first'])
    expect(json).toMatchObject({ classes: [], findings: [{ file: 'services.yaml', code: 'yaml_invalid' }] })
  })

  it('tells services that come to the same together', async () => {
    const api = 'namespaces: [prod], facts: {stateful: false}'
    await write('services.yaml', `services: {a: {${api}}, b: {${api}}, c: {${api}}, db: {}}`)
    const { out } = await checkPolicyFolder(dir, NOW)
    const rows = out?.split('\n').map((line) => line.trim().split(/ {2,}/)) ?? []
    expect(rows.slice(-3)).toEqual([
      ['high_memory_usage', 'restart_pod', 'a/prod and 2 more', 'awaiting_review', expect.stringMatching(/^a person/)],
      ['db/any', 'blocked', expect.stringContaining('fact_unknown: stateful of service')],
      [expect.stringMatching(/^PASS: /)],
    ])
  })

  it('judges freezes at the time it is given', async () => {
    const freeze = '{from: "2026-12-23T00:00:00Z", to: "2027-01-02T00:00:00Z", scope: global, reason: year end}'
    await write('settings.yaml', `freezes: [${freeze}]`)
    const bestAt = async (now: string) => {
      const { json } = await checkPolicyFolder(dir, now)
      return json
    }
    expect(await bestAt(NOW)).toMatchObject({ classes: [{ best: 'dry_run_passed' }, {}] })
    expect(await bestAt('2026-12-24T12:00:00.000Z')).toMatchObject({
      classes: [{ best: 'blocked' }, { best: 'blocked' }],
    })
  })

  it('of a folder without a class shows no table', async () => {
    await rm(join(dir, 'high_cpu_usage'), { recursive: true })
    await rm(join(dir, 'high_memory_usage'), { recursive: true })
    const { exit, out, json } = await checkPolicyFolder(dir, NOW)
    expect([exit, out]).toEqual([1, ''])
    expect(json).toMatchObject({ classes: [], findings: [{ code: 'no_class' }] })
  })

  it('cannot read a folder that is not there', async () => {
    await expect(checkPolicyFolder(join(dir, 'none'), NOW)).rejects.toThrow(PolicyError)
  })

  it.each([['settings.yaml'], ['high_memory_usage/specify.md']])(
    'cannot read %s where it is a folder',
    async (path) => {
      await rm(join(dir, path))
      await cp(join(dir, 'high_cpu_usage'), join(dir, path), { recursive: true })
      await expect(checkPolicyFolder(dir, NOW)).rejects.toThrow(/cannot be read/)
    },
  )
})
