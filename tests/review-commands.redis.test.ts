/** `interlock review approve|deny|list` as a person and a script meet them: what is said, the JSON, and the exit codes. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import { loadPolicyFolder } from '../src/shared/policy/policy-folder.ts'
import { openChanging } from './support/changing-pipeline.ts'
import { fixturePath } from './support/fixture.ts'
import { SHIPPED } from './support/policies.ts'
import { runInterlock } from './support/processes.ts'

const open = async (policies = SHIPPED) => {
  const pipeline = await openChanging(inject('redisUrl'), policies)
  const env = { REDIS_URL: inject('redisUrl'), QUEUE_PREFIX: pipeline.installation }
  const review = (args: readonly string[], more: Record<string, string> = {}) =>
    runInterlock(['review', ...args], { ...env, ...more })
  return {
    ...pipeline,
    call: review,
    json: async (args: readonly string[], more: Record<string, string> = {}) => {
      const { code, stdout, stderr } = await review([...args, '--json'], more)
      return { exit: code, stderr, ...JSON.parse(stdout) }
    },
  }
}

const WHO = ['--by', 'anna', '--reason', 'looked at the graphs'] as const
const SHA = expect.stringMatching(/^[0-9a-f]{64}$/)
const PLAN = expect.objectContaining({ action: 'restart_pod', radius: 'pod' })

/** The shipped policies after somebody's edit. */
const edited = async (file: string, from: string, to: string) => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock review '))
  onTestFinished(() => rm(folder, { recursive: true }))
  await cp(fixturePath('policies'), folder, { recursive: true })
  const path = join(folder, file)
  await writeFile(path, (await readFile(path, 'utf8')).replace(from, to))
  return { policies: await loadPolicyFolder(folder), env: { POLICY_DIR: folder } }
}

test('list says what waits and for what, approve shows the plan that it let go', async () => {
  const { work, deliver, call, json, digestOf, status, sound } = await open()
  expect(await call(['list'])).toEqual({ code: 0, stdout: 'nothing waits for a person\n', stderr: '' })
  work()
  const id = await deliver()
  const digest = await digestOf(id)
  const listed = await call(['list'])
  expect(listed).toMatchObject({ code: 0, stderr: '' })
  expect(listed.stdout.split('\n')[1]).toMatch(
    new RegExp(
      `^${id} +appointments-api +awaiting_review +\\S+Z +\\S+Z +restart_pod: delete Pod prod/pod-\\S+ +${digest.slice(0, 12)}$`,
    ),
  )
  expect(await json(['list'])).toEqual({
    ...{ exit: 0, stderr: '', waiting: 1 },
    reviews: [
      {
        ...{ incident_id: id, incident_class: 'high_memory_usage', service: 'appointments-api' },
        ...{ status: 'awaiting_review', plan: PLAN, plan_digest: digest },
        ...{ asked_at: expect.stringMatching(/Z$/), expires_at: expect.stringMatching(/Z$/) },
      },
    ],
  })
  const approved = await call(['approve', id, ...WHO, '--plan-digest', digest])
  expect(approved).toMatchObject({ code: 0, stderr: '' })
  expect(approved.stdout).toMatch(new RegExp(`^APPROVED incident=${id} status=dry_run_passed\\n\\nPLAN\\n`))
  expect(approved.stdout).toContain(`digest     ${digest}`)
  expect(await status(id)).toBe('dry_run_passed')
  await sound(id)
})

test('--json is one document in every case, with the same exit codes', async () => {
  const { work, deliver, json, digestOf, ledger } = await open()
  work()
  const [first, second] = [await deliver(), await deliver()]
  const digest = await digestOf(first)
  const refused = { exit: 1, stderr: '', outcome: 'refused', incident_id: first, plan: PLAN, plan_digest: digest }
  expect(await json(['approve', first, ...WHO, '--plan-digest', 'd'.repeat(64)])).toMatchObject({
    ...refused,
    ...{ code: 'other_plan', status: 'awaiting_review' },
  })
  const order = { scope: 'global', by: 'ben', reason: 'x' }
  await ledger.stops.engage(order, new Date().toISOString())
  expect((await json(['approve', first, ...WHO])).reasons).toEqual([
    expect.stringMatching(/stop of global is in force/),
  ])
  await ledger.stops.lift(order, new Date().toISOString())
  expect(await json(['approve', first, ...WHO])).toEqual({
    ...{ exit: 0, stderr: '', outcome: 'approved', incident_id: first },
    ...{ status: 'dry_run_passed', plan: PLAN, plan_digest: SHA },
  })
  const denied = { outcome: 'denied', incident_id: second, status: 'rejected' }
  expect(await json(['deny', second, ...WHO])).toEqual({ exit: 0, stderr: '', ...denied })
  expect(await json(['list'])).toEqual({ exit: 0, stderr: '', waiting: 0, reviews: [] })
  expect(await json(['approve', 'HM-2026-05-17-99', ...WHO])).toEqual({
    ...{ exit: 2, stderr: '', outcome: 'error' },
    error: { code: 'incident_unknown', message: expect.stringContaining("no incident 'HM-2026-05-17-99'") },
  })
  expect(await json(['deny', second, '--by', 'anna'])).toEqual({
    ...{ exit: 2, stderr: '', outcome: 'error' },
    error: { code: 'missing_mandatory_option_value', message: expect.stringContaining('--reason') },
  })
})

test('what was answered already, or by a plan that is not asked about, is refused with 1 and changes nothing', async () => {
  const { work, deliver, call, trace, status } = await open()
  work()
  const id = await deliver()
  const other = await call(['approve', id, ...WHO, '--plan-digest', 'd'.repeat(64)])
  expect(other).toMatchObject({ code: 1, stdout: '' })
  expect(other.stderr).toMatch(
    /^BLOCK incident=\S+ status=awaiting_review\n {2}- other_plan: plan_digest is d{64}, and the plan that is asked about has [0-9a-f]{64}\n$/,
  )
  expect(await call(['deny', id, ...WHO])).toEqual({
    code: 0,
    stdout: `DENIED incident=${id} status=rejected\n`,
    stderr: '',
  })
  const before = await trace(id)
  for (const decision of ['approve', 'deny'])
    expect(await call([decision, id, '--by', 'ben', '--reason', 'x'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `BLOCK incident=${id} status=rejected\n  - not_waiting: it is rejected and waits for nobody\n`,
    })
  expect([await trace(id), await status(id)]).toEqual([before, 'rejected'])
})

test('an approval by other facts than those shown is void: 1, says which, and is asked again', async () => {
  const { work, deliver, become, becomes, call, sound } = await open()
  work()
  const id = await deliver()
  const { policies, env } = await edited('services.yaml', 'remaining_quota: 2', 'remaining_quota: 1')
  become(policies)
  const { code, stdout, stderr } = await call(['approve', id, ...WHO], env)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^ {2}- changed: facts.remaining_quota was 2 and is 1 now$/m)
  expect(stderr).toMatch(/^ {2}it is decided anew, and asked again where it still may go on\n\nPLAN\n/m)
  await becomes(id, 'awaiting_review')
  expect((await call(['approve', id, ...WHO], env)).code).toBe(0)
  await sound(id)
})

test('a semi-manual incident is let to its dry-run first, and its plan is released by another word', async () => {
  const { policies, env } = await edited('high_memory_usage/readiness.yaml', '{score: 4,', '{score: 2,')
  const { work, deliver, call, becomes, json } = await open(policies)
  work()
  const id = await deliver('semi_manual')
  expect((await call(['list'], env)).stdout).toMatch(/ semi_manual .* let the dry-run go on +-$/m)
  expect(await call(['approve', id, ...WHO], env)).toEqual({
    code: 0,
    stdout: `APPROVED incident=${id} status=dry-run\n`,
    stderr: '',
  })
  await becomes(id, 'awaiting_review')
  expect(await json(['approve', id, ...WHO], env)).toMatchObject({ exit: 0, status: 'dry_run_passed', plan: PLAN })
})

test('a policy folder that cannot be read ends with 2: nothing could be decided anew', async () => {
  const { call } = await open()
  const { code, stderr } = await call(['approve', 'HM-2026-05-17-01', ...WHO], { POLICY_DIR: '/nowhere' })
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('/nowhere cannot be read') })
})
