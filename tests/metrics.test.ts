/** What `/metrics` serves in both formats, read by Prometheus itself: clean, bounded, and with incidents as exemplars alone. */
import Fastify from 'fastify'
import { expect, it } from 'vitest'
import { observeTaken } from '../src/producers/observe-taken.ts'
import { StageName } from '../src/shared/contracts/audit-record.ts'
import type { Verdict } from '../src/shared/contracts/incident.ts'
import type { Log } from '../src/shared/telemetry/log.ts'
import { createMetrics, type Metrics } from '../src/shared/telemetry/metrics.ts'
import { addProbes } from '../src/shared/telemetry/probes.ts'
import { observeDecision } from '../src/workers/observe-decision.ts'
import { eventually } from './support/processes.ts'
import { startPrometheus } from './support/prometheus.ts'
import { checkMetrics } from './support/promtool.ts'

const quiet = { event: () => {}, child: () => quiet } as Log

const AT = '2026-05-17T11:42:31.000Z'
const ACCEPTED = '2026-05-17T11:42:30.000Z'
const blocked: Verdict = {
  verdict: 'blocked',
  stage: 'readiness',
  blockers: [{ code: 'fact_unknown', message: 'why' }],
  at: AT,
}

/** Everything that is observed of one incident, by the functions that observe it. */
const observeAll = (metrics: Metrics, incident_id: string): void => {
  const change = { incident_id, expected_head: null, listed_at: null, repeats: 0 }
  const nothing = { unchanged: [], listed_under: [], records: [], fields: {}, counts: {} }
  const ended = [{ incident_id, from: 'normalize' as const, accepted_at: ACCEPTED, verdict: blocked }]
  const mended = { verdict: blocked, at: AT }
  observeTaken({ change: { ...change, ...nothing }, also: [], ended, mended }, metrics, quiet)
  for (const stage of StageName.options) {
    const decided = { incident_id, outcome: 'stop', accepted_at: ACCEPTED, at: AT, verdict: blocked } as const
    observeDecision(stage, null, { ...decided, score: 24, events: ['readiness_evaluated'] }, 3, metrics, quiet)
    observeDecision(stage, null, { incident_id, outcome: 'held', scope: 'global', recorded: true }, 3, metrics, quiet)
    metrics.jobDuration.observe({ queue: stage }, 0.01, incident_id)
    metrics.jobsDeadLettered.inc({ queue: stage, reason: 'error' }, incident_id)
  }
}

/** The labels whose values others chose, and are more: sixteen senders, the blockers, what is audited, one's own routes. */
const LISTED_BY_THE_SPECIFICATION = ['source', 'code', 'event', 'route']

const seriesIn = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

it('promtool finds nothing wrong with the metrics', async () => {
  const metrics = createMetrics('0.1.0')
  observeAll(metrics, 'HM-1')
  expect(checkMetrics(await metrics.registry.metrics())).toEqual({ status: 0, problems: '' })
})

it('promtool would', () => {
  expect(checkMetrics('# TYPE jobs_total gauge\njobs_total 1\n').status).not.toBe(0)
})

it('no label has ten values or more, but those that the specification lists', async () => {
  const text = await createMetrics('0').registry.metrics()
  const values = new Map<string, Set<string>>()
  for (const [, name, labels = ''] of text.matchAll(/^(interlock_\w+?)(?:_bucket|_sum|_count)?\{(.*)\} /gm))
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
      const of = `${name} ${label}`
      if (label !== 'le') values.set(of, (values.get(of) ?? new Set()).add(value))
    }
  expect(values.size).toBeGreaterThan(20)
  const many = [...values].filter(
    ([of, { size }]) => size >= 10 && !LISTED_BY_THE_SPECIFICATION.includes(of.split(' ')[1] ?? ''),
  )
  expect(many.map(([of, { size }]) => `${of}: ${size}`)).toEqual([])
})

it('ten thousand incidents add no series, and are named in exemplars alone', async () => {
  const metrics = createMetrics('0')
  const ours = async (registry: 'registry' | 'openMetrics') =>
    seriesIn(await metrics[registry].metrics()).filter((line) => line.startsWith('interlock_'))
  const [before, beforeOpen] = [await ours('registry'), await ours('openMetrics')]
  expect(before.length).toBeGreaterThan(500)
  for (let n = 0; n < 10_000; n++) observeAll(metrics, `HM-2026-05-17-${n}`)
  const after = await ours('registry')
  expect(after).toHaveLength(before.length)
  expect(await ours('openMetrics')).toHaveLength(beforeOpen.length)
  expect(after.filter((line) => line.includes('HM-2026'))).toEqual([])
  const named = (await ours('openMetrics')).filter((line) => line.includes('HM-2026'))
  expect(named.length).toBeGreaterThan(5)
  for (const line of named) expect(line).toMatch(/ # \{incident_id="HM-2026-05-17-9999"\} [\d.]+ \d+/)
})

it('an incident id that is too long for an exemplar is left out, and counted all the same', async () => {
  const metrics = createMetrics('0')
  observeAll(metrics, 'X'.repeat(128))
  const text = await metrics.openMetrics.metrics()
  expect(text).not.toContain('XXX')
  expect(text).toMatch(/^interlock_e2e_duration_seconds_count\{outcome="blocked"\} 4$/m)
})

it('each asker gets the format that it asked for, whoever asked before', async () => {
  const app = Fastify()
  addProbes(app, { checks: {}, metrics: createMetrics('0') })
  const ask = async (accept: string) => {
    const { headers, payload } = await app.inject({ url: '/metrics', headers: { accept } })
    return {
      type: String(headers['content-type']).split(';')[0],
      total: /^interlock_verdicts\S*/m.exec(payload)?.[0],
      payload,
    }
  }
  const classic = { type: 'text/plain', total: 'interlock_verdicts_total{verdict="dry_run_passed"}' }
  expect(await ask('*/*')).toMatchObject(classic)
  const open = await ask('application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1')
  expect(open.type).toBe('application/openmetrics-text')
  expect(open.payload).toMatch(/^# TYPE interlock_verdicts counter$/m)
  expect(open.payload).toMatch(/# EOF\n$/)
  const again = await ask('text/plain')
  expect(again).toMatchObject(classic)
  expect(again.payload).toMatch(/^# TYPE interlock_verdicts_total counter$/m)
})

it('a real Prometheus reads it, and finds the incident behind a figure', async () => {
  const metrics = createMetrics('0')
  observeAll(metrics, 'HM-2026-05-17-01')
  const url = await startPrometheus(() => metrics.openMetrics.metrics(), metrics.openMetrics.contentType)
  const ask = async (path: string) => {
    const response = await fetch(`${url}/api/v1/${path}`)
    return ((await response.json()) as { data: { result?: unknown[] } }).data
  }
  const query = 'interlock_e2e_duration_seconds_bucket'
  await eventually(async () => {
    const { result } = await ask(`query?query=${encodeURIComponent('sum(interlock_blockers_total) > 0')}`)
    expect(result).toHaveLength(1)
    const from = Math.floor(Date.now() / 1000) - 3600
    const found = await ask(`query_exemplars?query=${query}&start=${from}&end=${from + 7200}`)
    expect(JSON.stringify(found)).toContain('"incident_id":"HM-2026-05-17-01"')
  })
})
