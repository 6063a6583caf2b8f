/** Alerts, their runbooks and the metrics of the code, in step: a name in one that is missing in another fails. */
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createMetrics } from '../../src/shared/telemetry/metrics.ts'
import { metricNamesIn } from '../support/metric-names.ts'
import { repositoryFiles } from '../support/repository-files.ts'
import { runbooks } from '../support/runbook.ts'

interface Rule {
  alert?: string
  record?: string
  expr: string
  labels: Record<string, string>
}
const rules = repositoryFiles('prometheus/rules').flatMap(({ text }): Rule[] =>
  parse(text).groups.flatMap(({ rules }: { rules: Rule[] }) => rules),
)
const alerts = rules.flatMap(({ alert }) => alert ?? [])
const recorded = rules.flatMap(({ record }) => record ?? [])
const books = runbooks()
const playbooks = books.filter(({ name }) => name.startsWith('playbook-'))
const perAlert = books.filter((book) => !playbooks.includes(book))
const queries = books.flatMap(({ pastes }) => pastes.flatMap(({ kind, text }) => (kind === 'promql' ? text : [])))
const dashboards = existsSync('grafana') ? repositoryFiles('grafana', /\.(ts|json)$/).map(({ text }) => text) : []

/** As they are exported: a histogram under its three names. */
const exported = async (): Promise<string[]> =>
  (await createMetrics('0').registry.getMetricsAsJSON()).flatMap(({ name, type }) =>
    String(type) === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
  )

describe('alerts and runbooks', () => {
  it('are the same', () => {
    expect(perAlert.map(({ name }) => name).sort()).toEqual([...alerts].sort())
  })

  it.each(perAlert)('$name has every section, a query and a command', ({ name, title, sections, pastes }) => {
    expect(title).toBe(name)
    expect(sections).toEqual(['Meaning', 'Impact', 'Diagnosis', 'Mitigation', 'Verification', 'Escalation'])
    expect(new Set(pastes.map(({ kind }) => kind))).toEqual(new Set(['promql', 'sh']))
  })

  it('stand in docs/reference.md, with their severity and type', () => {
    const [reference] = repositoryFiles('docs', /^docs\/reference\.md$/)
    const [, section = ''] = reference?.text.split('\n## Alerts\n') ?? []
    const rows = [...section.matchAll(/^\| `(\w+)` +\| `(\w+)` +\| `(\w+)` /gm)].map(([, ...cells]) => cells)
    const labelled = rules.flatMap(({ alert, labels }) => (alert ? [[alert, labels.severity, labels.alert_type]] : []))
    expect(rows.sort()).toEqual(labelled.sort())
  })

  it('playbooks say when, and are found from a runbook', () => {
    expect(playbooks).toHaveLength(4)
    for (const { name, sections, text } of playbooks) {
      expect(sections[0]).toBe('When')
      const [when = ''] = text.split('## When')[1]?.split('\n## ') ?? []
      expect(alerts.filter((alert) => when.includes(alert))).not.toEqual([])
      expect(perAlert.some((book) => book.text.includes(`(${name}.md)`))).toBe(true)
    }
  })

  it('name alerts and files that are there', () => {
    const links = books.flatMap(({ text }) => [...text.matchAll(/\]\(([\w./-]+)\)/g)].map(([, to = '']) => to))
    expect(links.filter((to) => !existsSync(`docs/runbooks/${to}`))).toEqual([])
    const capitalised = books.flatMap(({ text }) => text.match(/\b(?:[A-Z][a-z]+){2,}\b/g) ?? [])
    const known = ['PagerDuty', 'GitHub']
    expect([...new Set(capitalised)].filter((word) => !alerts.includes(word) && !known.includes(word))).toEqual([])
  })
})

describe('metrics', () => {
  const used = metricNamesIn([...rules.map(({ expr }) => expr), ...queries])

  it('that rules and runbooks name are exported or recorded', async () => {
    const known = [...(await exported()), ...recorded]
    expect(used.filter((name) => !known.includes(name) && !name.startsWith('prometheus_'))).toEqual([])
  })

  it('that are recorded are used', () => {
    const compared = metricNamesIn([
      ...rules.flatMap(({ alert, expr }) => (alert ? expr : [])),
      ...queries,
      ...dashboards,
    ])
    expect(recorded.filter((name) => !compared.includes(name))).toEqual([])
  })

  it('that the code exports are looked at by a rule, a runbook or a dashboard', async () => {
    const looked = new Set(
      metricNamesIn([...used, ...dashboards]).map((name) => name.replace(/_(bucket|sum|count)$/, '')),
    )
    const ours = (await createMetrics('0').registry.getMetricsAsJSON()).map(({ name }) => name)
    expect(ours.filter((name) => name.startsWith('interlock_') && !looked.has(name))).toEqual([])
  })
})
