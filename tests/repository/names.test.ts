/** The tables of docs/reference.md against the code: a name in one that is missing in the other fails. */
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { COMMANDS } from '../../src/cli/commands.ts'
import { OPERATIONS } from '../../src/producers/document/operations.ts'
import { CONFIG_VARIABLES, loadConfig } from '../../src/shared/config.ts'
import { AuditEvent } from '../../src/shared/contracts/audit-record.ts'
import { BlockerCode } from '../../src/shared/contracts/blocker.ts'
import { VerdictName } from '../../src/shared/contracts/incident.ts'
import { Settings } from '../../src/shared/contracts/policy.ts'
import { FINDING_CODES } from '../../src/shared/policy/finding.ts'
import { PROBLEMS } from '../../src/shared/problem.ts'
import { SOURCES } from '../../src/shared/sources/index.ts'
import { createMetrics } from '../../src/shared/telemetry/metrics.ts'
import { ACTIONS } from '../../src/workers/actions/index.ts'
import { repositoryFiles } from '../support/repository-files.ts'
import { tableUnder } from '../support/tables.ts'

const [reference] = repositoryFiles('docs', /^docs\/reference\.md$/)

/** What prom-client knows of a metric, beyond what it tells its types. */
type Declared = { name: string; type: string; labelNames: string[]; help: string }

const tableOf = (heading: string): string[][] => tableUnder(reference?.text ?? '', heading)
const unquoted = (cell: string): string => cell.replaceAll('`', '')
const namesIn = (heading: string): string[] => tableOf(heading).map(([name = '']) => unquoted(name))

/** Codes are written out where they are thrown: `new CommandError('invalid_json', …)`. */
const thrownCodes = (): string[] => {
  const thrown = /(?:new (?:Command|Coded)Error|super)\(\s*'([a-z_]+)'/g
  const sources = repositoryFiles('src', /(?<!\.test)\.ts$/)
  return [...new Set(sources.flatMap(({ text }) => [...text.matchAll(thrown)].map(([, code = '']) => code)))]
}

describe('docs/reference.md names exactly what the code has', () => {
  it.each<[string, () => readonly string[]]>([
    ['Commands', () => Object.keys(COMMANDS)],
    ['Exit codes', () => ['0', '1', '2']],
    ['Environment variables', () => CONFIG_VARIABLES],
    ['Verdicts', () => VerdictName.options],
    ['Blocker codes', () => BlockerCode.options],
    ['Audit events', () => AuditEvent.options],
    ['Findings', () => FINDING_CODES],
  ])('%s, in the same order', (heading, names) => {
    expect(names().length).toBeGreaterThan(2)
    expect(namesIn(heading)).toEqual(names())
  })

  it('Command errors', () => {
    expect(thrownCodes().length).toBeGreaterThan(10)
    expect(namesIn('Command errors').sort()).toEqual(thrownCodes().sort())
  })

  it('Environment variables have the default the table says', () => {
    const defaults: Record<string, unknown> = loadConfig({})
    expect(tableOf('Environment variables').map(([name, value]) => [name, value])).toEqual(
      CONFIG_VARIABLES.map((name) => [`\`${name}\``, defaults[name] === undefined ? 'none' : `\`${defaults[name]}\``]),
    )
  })

  it('Policy settings have the default the table says', () => {
    const stated = tableOf('Policy settings').map(([key = '', value = '']) => [key, value].map(unquoted))
    expect(stated.map(([key]) => key)).toEqual(Object.keys(Settings.shape))
    const written = Object.fromEntries(stated.map(([key = '', value = '']) => [key, parse(value)]))
    expect(Settings.parse(written)).toEqual(Settings.parse({}))
  })

  it('Actions, with their radius and what they need', () => {
    expect(tableOf('Actions').map(([name, radius, needs]) => [name, radius, needs])).toEqual(
      ACTIONS.map(({ name, radius, target, facts }) => {
        const needs = [...target, ...Object.keys(facts.shape)]
        return [`\`${name}\``, `\`${radius}\``, needs.map((need) => `\`${need}\``).join(', ')]
      }),
    )
  })

  it('Webhook sources, with what they take besides JSON', () => {
    expect(tableOf('Webhook sources').map(([name, title, , also]) => [name, title, also])).toEqual(
      SOURCES.map(({ name, title, also_as = [] }) => [
        `\`${name}\``,
        title,
        also_as.map((type) => `\`${type}\``).join(', '),
      ]),
    )
  })

  it('HTTP API', () => {
    expect(tableOf('HTTP API')).toEqual(
      Object.entries(OPERATIONS).map(([at, { summary }]) => [`\`${at.replace(/:(\w+)/g, '<$1>')}\``, summary]),
    )
  })

  it('HTTP errors', () => {
    expect(tableOf('HTTP errors')).toEqual(
      Object.entries(PROBLEMS).map(([code, { status, title }]) => [`\`${code}\``, String(status), title]),
    )
  })

  it('Metrics, with their labels', () => {
    const metrics = createMetrics('0').registry.getMetricsAsArray() as unknown as Declared[]
    const ours = metrics.filter(({ name }) => name.startsWith('interlock_'))
    expect(tableOf('Metrics')).toEqual(
      ours.map(({ name, type, labelNames, help }) => [
        `\`${name}\``,
        type,
        labelNames.map((label) => `\`${label}\``).join(', ') || 'none',
        help,
      ]),
    )
  })
})
