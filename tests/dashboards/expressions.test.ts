/** Every expression of the dashboards is PromQL, and asks for what the processes export under the labels it has. */
import { describe, expect, it } from 'vitest'
import { readExpression } from '../../grafana/expression.ts'
import { createMetrics } from '../../src/shared/telemetry/metrics.ts'
import { expressionsOf, readDashboards } from './parts.ts'

const expressions = readDashboards().flatMap(expressionsOf)

/** As they are scraped: a histogram is three series. */
const exported = async (): Promise<Map<string, readonly string[]>> => {
  const metrics = await createMetrics('0').registry.getMetricsAsArray()
  return new Map(
    metrics.flatMap((metric) => {
      const { name, labelNames = [] } = metric as unknown as { name: string; labelNames?: string[] }
      const names = 'buckets' in metric ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
      return names.map((one) => [one, [...labelNames, ...(one.endsWith('_bucket') ? ['le'] : [])]] as const)
    }),
  )
}
/** Put on by whoever scrapes. */
const SCRAPED = ['job', 'instance']

const strangersIn = (expr: string, known: Map<string, readonly string[]>): string[] =>
  readExpression(expr).selectors.flatMap(({ metric, matchers }) => {
    const labels = known.get(metric)
    if (!labels) return [metric]
    const asked = matchers.map((matcher) => /^\w+/.exec(matcher)?.[0] ?? '')
    return asked.filter((label) => ![...labels, ...SCRAPED].includes(label)).map((label) => `${metric}{${label}}`)
  })

describe.each(expressions)('$where', ({ expr }) => {
  it('parses', () => {
    expect(readExpression(expr)).toMatchObject({ parses: true, selectors: expect.arrayContaining([expect.anything()]) })
  })

  it('names only metrics and labels that exist', async () => {
    expect(strangersIn(expr, await exported())).toEqual([])
  })
})

it('every metric of ours is on a dashboard', async () => {
  const shown = expressions.flatMap(({ expr }) => readExpression(expr).selectors.map(({ metric }) => metric))
  const base = (series: string) => series.replace(/_(bucket|sum|count)$/, '')
  const ours = [...(await exported()).keys()].filter((name) => name.startsWith('interlock_'))
  expect(ours.length).toBeGreaterThan(50)
  expect([...new Set(ours.map(base))].filter((name) => !shown.map(base).includes(name))).toEqual([])
})

describe('the reading of expressions', () => {
  it.each(['sum(up', 'rate(up[5m]', 'up{job=~}', 'sum by (up', 'up > ', 'quantile_of(0.5, up)'])(
    'refuses %s',
    (expr) => {
      expect(readExpression(expr).parses).toBe(false)
    },
  )

  it.each([
    ['sum(interlock_nothing_total)', ['interlock_nothing_total']],
    ['interlock_verdicts_total{blocker="x"}', ['interlock_verdicts_total{blocker}']],
    ['rate(interlock_e2e_duration_seconds[5m])', ['interlock_e2e_duration_seconds']],
    ['interlock_e2e_duration_seconds_bucket{le="30", outcome="blocked", job="x"}', []],
  ])('finds the strangers in %s', async (expr, strangers) => {
    expect(strangersIn(expr, await exported())).toEqual(strangers)
  })

  it('has every metric and comparison of it', () => {
    expect(readExpression('max by (q) (up{job=~"$job"}) >= 60 unless down[$__rate_interval] == 0.5')).toEqual({
      parses: true,
      selectors: [
        { metric: 'up', matchers: ['job=~"$job"'] },
        { metric: 'down', matchers: [] },
      ],
      comparisons: [
        { operator: '>=', value: 60 },
        { operator: '==', value: 0.5 },
      ],
    })
  })
})
