/** Rules with time made shorter: every duration, and nothing else. */
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { repositoryFiles } from '../support/repository-files.ts'
import { configFor, scaleExpression, scaleRules, scrapedEvery } from './time-scale.ts'

const rules = repositoryFiles('prometheus/rules', /\.yml$/)
const [example] = repositoryFiles('prometheus', /^prometheus\/prometheus\.yml$/)

describe('an expression', () => {
  it.each([
    ['max_over_time(interlock_redis_up[1m]) == 0', 'max_over_time(interlock_redis_up[6000ms]) == 0'],
    ['rate(x[1h30m])', 'rate(x[540000ms])'],
    ['max_over_time(rate(x[5m])[30m:1m])', 'max_over_time(rate(x[30000ms])[180000ms:6000ms])'],
    ['x offset 1d > 3 * x offset -1h', 'x offset 8640000ms > 3 * x offset -360000ms'],
    ['interlock:jobs:increase10m >= 20', 'interlock:jobs:increase10m >= 20'],
    ['time() - x > 60', 'time() - x > 60'],
    [`x{a="[5m]", b='offset 5m', c="\\"[5m]"}[5m]`, `x{a="[5m]", b='offset 5m', c="\\"[5m]"}[30000ms]`],
    ['predict_linear(x[15m], 900) > 300', 'predict_linear(x[90000ms], 900) > 300'],
  ])('%s', (promql, scaled) => {
    expect(scaleExpression(promql, 0.1)).toBe(scaled)
  })
})

const SECONDS: Record<string, number> = { ms: 0.01, s: 1, m: 60, h: 3600, d: 86_400 }

/** Expression and wait of every rule, with its durations in seconds; those in milliseconds were scaled to a tenth. */
const inSeconds = (yaml: string): string[] =>
  parse(yaml).groups.flatMap(({ rules }: { rules: { expr: string; for?: string }[] }) =>
    rules.map(({ expr, for: held }) =>
      `${expr} for ${held}`.replace(/\b(\d+)(ms|[smhd])\b/g, (_, count, unit) => `${count * (SECONDS[unit] ?? 0)}s`),
    ),
  )

describe('the rules of the repository', () => {
  it('are the same bytes at a scale of 1', () => {
    expect(rules.length).toBeGreaterThan(5)
    expect(rules.map(({ text }) => scaleRules(text, 1))).toEqual(rules.map(({ text }) => text))
  })

  it.each(rules)('keep everything but their durations: $path', ({ text }) => {
    const scaled = scaleRules(text, 0.1)
    expect(scaled).not.toMatch(/\[\d+[smhd]\]/)
    expect(inSeconds(scaled)).toEqual(inSeconds(text))
  })
})

describe('the configuration', () => {
  const config = () => parse(configFor(example?.text ?? '', 0.1, { 'interlock-api': ['127.0.0.1:1'] }, ['a.yml']))

  it('looks more often, at these processes alone, and tells nobody', () => {
    expect(config()).toMatchObject({
      global: { scrape_interval: '1500ms', evaluation_interval: '1500ms', scrape_timeout: '1000ms' },
      rule_files: ['a.yml'],
      scrape_configs: [{ job_name: 'interlock-api', static_configs: [{ targets: ['127.0.0.1:1'] }] }],
    })
    expect(config()).not.toHaveProperty('alerting')
  })

  it('looks as often as it says', () => {
    expect(scrapedEvery(example?.text ?? '', 0.1)).toBe(config().global.scrape_interval)
    expect(scrapedEvery(example?.text ?? '', 0.1)).toBe(config().global.evaluation_interval)
  })

  it('is refused a job that the rules do not know', () => {
    expect(() => configFor(example?.text ?? '', 1, { api: [] }, [])).toThrow('prometheus.yml has no scrape job api')
  })
})
