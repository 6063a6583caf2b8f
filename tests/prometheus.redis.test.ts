/** Facts from a real Prometheus: what it answers, and what becomes of an incident whose policy asks it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, expect, inject, it, vi } from 'vitest'
import { makePackage } from '../src/cli/evidence/make-package.ts'
import { readPackage } from '../src/cli/evidence/package-files.ts'
import { verifyPackage } from '../src/cli/evidence/verify-package.ts'
import { readStored, type StoredIncident } from '../src/shared/ledger/stored-incident.ts'
import { loadPolicyFolder } from '../src/shared/policy/policy-folder.ts'
import { queryFor } from '../src/shared/policy/promql.ts'
import { createMetrics } from '../src/shared/telemetry/metrics.ts'
import { openPrometheus, type Prometheus } from '../src/workers/facts/prometheus.ts'
import { replayIncident } from '../src/workers/replay/replay-incident.ts'
import { openPipeline } from './support/pipeline.ts'
import { listen, startPrometheus } from './support/prometheus.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
afterAll(() => redis.disconnect())

const open = (url: string): Prometheus => openPrometheus({ url }, createMetrics('test'))
const now = () => new Date().toISOString()
const asked = (prometheus: Prometheus, expression: string, as_of?: string, at = now()) => {
  const target = { service: 'we"ird\\x\ny.*', namespace: 'prod', pod: 'a' }
  const { query } = queryFor({ prometheus: expression, ...(as_of && { as_of }), max_age: 1 }, target)
  if (!query) throw new Error('cannot be asked')
  return prometheus.ask(query, at)
}

const EXPORTED = `
quota{service="api"} 3
quota{service="we\\"ird\\\\x\\ny.*"} 4
quota{service="we\\"ird\\\\x\\ny.z"} 5
not_a_number NaN
endless +Inf
restored_at 1750000000
`

it('gives one number with its age, or says why not', async () => {
  const prometheus = open(await startPrometheus(() => EXPORTED))
  const found = await asked(prometheus, 'quota{service="api"}')
  if ('problem' in found) throw new Error(found.problem)
  expect(found.sample).toBe(3)
  const age = Date.now() - Date.parse(found.as_of)
  expect(age).toBeGreaterThanOrEqual(0)
  expect(age).toBeLessThan(30_000)

  // The incident's own words, whatever they are, are one label value and no pattern.
  expect(await asked(prometheus, 'quota{service="$service"}')).toMatchObject({ sample: 4 })
  expect(await asked(prometheus, 'quota{service=~"$service"}')).toMatchObject({ sample: 4 })
  expect(await asked(prometheus, 'sum(quota)', 'max(restored_at)')).toEqual({
    sample: 12,
    as_of: '2025-06-15T15:06:40.000Z',
  })

  const problems: [string, string | undefined, RegExp][] = [
    ['quota', undefined, /^3 series match it, not one \(.*aggregate/],
    [
      'nothing_of_this_name',
      undefined,
      /^no series matches it \(Prometheus was asked timestamp\(nothing_of_this_name\)\)$/,
    ],
    ['not_a_number', undefined, /^its value is NaN, not a number/],
    ['endless', undefined, /^its value is \+Inf, not a number/],
    ['sum(', 'restored_at', /^Prometheus refuses it: .*parse error.*\(Prometheus was asked sum\(\)$/],
    ['vector(1)', '1', /^it gives a scalar/],
    ['vector(1)', 'vector(-1)', /^-1 is not a Unix time/],
  ]
  for (const [expression, as_of, problem] of problems)
    expect(await asked(prometheus, expression, as_of)).toEqual({ problem: expect.stringMatching(problem) })
  expect(await asked(prometheus, 'quota{service="api"}', undefined, '2026-01-01T00:00:00.000Z')).toEqual({
    problem: expect.stringMatching(/^no series matches it/),
  })
})

it('knows nothing of a target that is gone', async () => {
  let text: string | null = 'quota 1\n'
  const prometheus = open(await startPrometheus(() => text))
  await vi.waitFor(async () => expect(await asked(prometheus, 'quota')).toHaveProperty('sample', 1), 30_000)
  text = null
  await vi.waitFor(async () => expect(await asked(prometheus, 'quota')).toHaveProperty('problem'), 30_000)
})

/** The shipped memory class, with one fact asked of Prometheus, and no review. */
const asking = async () => {
  const policies = await loadPolicyFolder('policies')
  const shipped = policies.classes.get('high_memory_usage')
  if (!shipped || 'problem' in shipped) throw new Error('no policy')
  const facts = {
    quota: {
      prometheus: 'quota{service="$service"}',
      compare: { operator: '>=' as const, number: 1 },
      max_age: 60_000,
    },
  }
  const requires = [{ text: 'quota', fact: 'quota', kind: 'is_true' as const }]
  const policy = {
    ...shipped,
    card: { ...shipped.card, facts, checks: { ...shipped.card.checks, human_review_for_first_run: false } },
    pre_approved: shipped.pre_approved.map((entry) => ({ ...entry, requires })),
  }
  return { ...policies, classes: new Map(policies.classes).set('high_memory_usage', policy) }
}

const installed = async (name: string, prometheus: Prometheus | undefined) => {
  const pipeline = await openPipeline(redis, `test-prometheus-${name}`)
  const policies = await asking()
  Object.assign(pipeline.context, { policies: () => policies, prometheus })
  const verdictOf = (id: string) =>
    vi.waitFor(async () => {
      const verdict = (await pipeline.ledger.read(id, 'all'))?.incident.verdict
      if (!verdict) throw new Error('no verdict yet')
      return verdict
    }, 45_000)
  return { ...pipeline, verdictOf }
}

/** A package has what was answered, and says of it what counted. */
const provesAnywhere = async (stored: StoredIncident) => {
  const dir = await mkdtemp(join(tmpdir(), 'interlock-answers-'))
  try {
    const given = { stored, folder: new Map(), key: null, checkpoint: null, publicKeys: new Map() }
    const { files } = await makePackage(dir, given)
    expect(String(files.get('readiness.md'))).toMatch(/\| `quota` \| false \| prometheus \| .* \| 1 min \|/)
    expect(String(files.get('readiness.md'))).toContain('- quota would have to be true (now false, from prometheus)')
    expect((await verifyPackage(dir, await readPackage(dir), new Map())).problems).toEqual([])
  } finally {
    await rm(dir, { recursive: true })
  }
}

it('readiness and dry-run each ask anew, and a replay asks nobody', async () => {
  let quota = 2
  const prometheus = open(await startPrometheus(() => `quota{service="appointments-api"} ${quota}\n`))
  const { accept, work, verdictOf, queues, ledger } = await installed('asked', prometheus)
  const id = await accept()
  work('normalize')
  work('readiness')
  await vi.waitFor(async () => expect(await queues['dry-run'].count()).toBe(1), 45_000)
  // By the time dry-run looks, there is none left.
  quota = 0
  const question = { value: 'quota{service="appointments-api"}', as_of: 'timestamp(quota{service="appointments-api"})' }
  await vi.waitFor(async () => expect(await prometheus.ask(question, now())).toHaveProperty('sample', 0), 30_000)
  work('dry-run')
  const verdict = await verdictOf(id)
  expect(verdict).toMatchObject({
    stage: 'dry-run',
    verdict: 'blocked',
    blockers: [
      { code: 'precondition_not_met', message: "precondition 'quota' not met (quota=false, from prometheus)" },
    ],
  })
  const decisions = (await ledger.read(id, 'all'))?.incident.decisions
  expect(decisions?.readiness?.known).toMatchObject({ answers: { quota: { query: question, answer: { sample: 2 } } } })
  expect(decisions?.['dry-run']?.known).toMatchObject({ answers: { quota: { answer: { sample: 0 } } } })
  const stored = await readStored(redis, ledger.keys, id)
  if (!stored) throw new Error('nothing is stored')
  expect(replayIncident(stored)).toMatchObject({ outcome: 'identical', decisions: 3 })
  await provesAnywhere(stored)
})

it('is not asked, and nothing is awaited, where the policy asks nothing', async () => {
  let requests = 0
  const address = await listen((_, response) => {
    requests++
    response.writeHead(200).end('{}')
  })
  const pipeline = await openPipeline(redis, 'test-prometheus-unasked')
  const prometheus = open(`http://${address}`)
  Object.assign(pipeline.context, { prometheus })
  for (const stage of ['normalize', 'readiness', 'dry-run'] as const) pipeline.work(stage)
  const id = await pipeline.accept()
  await vi.waitFor(async () => expect((await pipeline.ledger.readRecord(id))?.status).toBe('awaiting_review'), 45_000)
  expect(requests).toBe(0)
  // It would have been counted.
  await asked(prometheus, 'quota')
  expect(requests).toBeGreaterThan(0)
})

it('an address at which nobody answers is an unknown fact, and the incident has its verdict in time', async () => {
  const { accept, work, verdictOf } = await installed('down', open('http://127.0.0.1:9'))
  const id = await accept()
  work('normalize')
  work('readiness')
  expect((await verdictOf(id)).blockers).toEqual([
    { code: 'fact_unknown', message: expect.stringMatching(/^quota is unknown: Prometheus cannot be asked: /) },
  ])
})

it('without PROMETHEUS_URL what a policy asks is unknown, and the reason says so', async () => {
  const { accept, work, verdictOf } = await installed('none', undefined)
  const id = await accept()
  work('normalize')
  work('readiness')
  expect((await verdictOf(id)).blockers).toEqual([
    { code: 'fact_unknown', message: expect.stringContaining('quota is unknown: PROMETHEUS_URL is not set') },
  ])
})
