/** docs/policies.md, followed to the letter from an empty folder: what it shows is what its reader sees. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { BUILT_IN_PROFILES } from '../src/shared/policy/profiles.ts'
import { stepsOf } from './support/guide.ts'
import { interlock } from './support/interlock.ts'

const guide = await readFile(join(import.meta.dirname, '../docs/policies.md'), 'utf8')
const steps = stepsOf(guide)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock guide '))
})
afterAll(() => rm(folder, { recursive: true }))

const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), text)
}

describe('the guide', () => {
  it('has its reader write every file of a policy and run every check', () => {
    const written = steps.flatMap((step) => ('write' in step ? [step.write] : []))
    expect(new Set(written)).toEqual(
      new Set([
        'draft.md',
        'policies/queue_backlog/specify.md',
        'policies/services.yaml',
        'policies/queue_backlog/readiness.yaml',
        'policies/settings.yaml',
      ]),
    )
    const commands = steps.flatMap((step) => ('run' in step ? [step.run.slice(0, 2).join(' ')] : []))
    expect(commands).toEqual(expect.arrayContaining(['spec check', 'policy check', 'dry-run --spec']))
  })

  it('shows what is really seen, step by step', async () => {
    for (const step of steps) {
      if ('write' in step) await write(step.write, step.text)
      else {
        const { code, out, err } = await interlock(step.run, {}, folder)
        expect(`${out}${err}`, step.run.join(' ')).toBe(`${step.shows}\n`)
        expect(code, step.run.join(' ')).toBe(/^PASS/m.test(step.shows) ? 0 : 1)
      }
    }
  })

  it('gives a step for a pull request that says no to the folder as the guide leaves it', async () => {
    const workflow: { jobs: { check: { steps: { run?: string }[] } } } = parse(
      /```yaml\n(name: policies\n[^`]*)```/.exec(guide)?.[1] ?? '',
    )
    const [program, ...run] = workflow.jobs.check.steps.at(-1)?.run?.split(' ') ?? []
    expect(program).toBe('interlock/bin/interlock')
    expect((await interlock(run, {}, folder)).code).toBe(1)
  })
})

it('the readiness model has every built-in profile in its table', async () => {
  const model = await readFile(join(import.meta.dirname, '../docs/readiness-model.md'), 'utf8')
  const rows = [...model.matchAll(/^\| `(\w+)` +\| (\d+) +\| (\d+) +\| (\d+) +\|/gm)]
  expect(rows.map(([, name, ...numbers]) => [name, ...numbers.map(Number)])).toEqual(
    Object.entries(BUILT_IN_PROFILES).map(([name, { auto, semi_manual, stateful_auto }]) => [
      name,
      auto,
      semi_manual,
      stateful_auto ?? auto,
    ]),
  )
})
