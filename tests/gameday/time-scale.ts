/** The rules in prometheus/ with time made shorter: windows, waits and intervals alike. Thresholds stay as they are. Pure. */
import { isScalar, parse, parseDocument, visit } from 'yaml'

const UNITS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
}
const DURATION = /(?:\d+(?:ms|[smhdwy]))+/g

const scaleDuration = (text: string, scale: number): string => {
  const parts = [...text.matchAll(/(\d+)(ms|[smhdwy])/g)]
  const milliseconds = parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0)
  return `${Math.max(1, Math.round(milliseconds * scale))}ms`
}
const scaleAll = (text: string, scale: number) => text.replace(DURATION, (found) => scaleDuration(found, scale))

/** Texts in quotes, which stay as they are; and the two places where PromQL takes a duration: ranges, and after `offset`. */
const PLACES = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\[[^\]]*\]|\boffset\s+-?\w+/g

export const scaleExpression = (promql: string, scale: number): string =>
  promql.replace(PLACES, (place) => (/^["']/.test(place) ? place : scaleAll(place, scale)))

/** Keys of groups and rules whose value is a duration. */
const TIMES = new Set(['interval', 'for', 'keep_firing_for', 'query_offset'])

/** One file of rules. The same bytes at a scale of 1. */
export const scaleRules = (yaml: string, scale: number): string => {
  if (scale === 1) return yaml
  const document = parseDocument(yaml)
  visit(document, {
    Pair: (_, { key, value }) => {
      if (!isScalar(key) || !isScalar(value) || typeof value.value !== 'string') return
      const text = value.value
      if (TIMES.has(String(key.value))) value.value = scaleAll(text, scale)
      if (key.value === 'expr') value.value = scaleExpression(text, scale)
    },
  })
  return document.toString({ lineWidth: 0 })
}

export interface Targets {
  /** By the names of the scrape jobs: host:port of every process. */
  [job: string]: readonly string[]
}

interface Configuration {
  global: Record<string, string | object>
  scrape_configs: { job_name: string }[]
}
const parsed = (yaml: string): Configuration => parse(yaml)

/** How often the example configuration looks, and the rules are evaluated. */
export const scrapedEvery = (yaml: string, scale: number): string =>
  scaleAll(String(parsed(yaml).global.scrape_interval), scale)

/**
 * The example configuration, for these processes and rules, telling nobody. Throws when it has no job of a name: the rules
 * know the processes by it.
 */
export const configFor = (yaml: string, scale: number, targets: Targets, ruleFiles: readonly string[]): string => {
  const { global, scrape_configs } = parsed(yaml)
  const scaled = Object.entries(global).map(([name, value]) => [
    name,
    typeof value === 'string' ? scaleAll(value, scale) : value,
  ])
  return JSON.stringify({
    global: Object.fromEntries(scaled),
    rule_files: ruleFiles,
    scrape_configs: Object.entries(targets).map(([job, addresses]) => {
      const config = scrape_configs.find(({ job_name }) => job_name === job)
      if (!config) throw new Error(`prometheus.yml has no scrape job ${job}`)
      return { ...config, static_configs: [{ targets: addresses }] }
    }),
  })
}
