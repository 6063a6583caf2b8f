import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { describe, expect, it } from 'vitest'
import { patched } from '../support/fixture.ts'
import { RULES, type Rule } from './lint.ts'
import { readDashboards } from './parts.ts'

const dashboards = readDashboards()
const rules = Object.entries(RULES) as [keyof typeof RULES, Rule][]

describe.each(dashboards)('$title', (dashboard) => {
  it.each(rules)('%s', (_, rule) => {
    expect(rule(dashboard)).toEqual([])
  })
})

/** Of the first dashboard: at 0 its first row, at 1 a number, at 6 a chart whose runbook is linked. */
const [first] = dashboards
const chart = (patch: object) => ({ panels: { 6: patch } })
const asking = (target: object) => chart({ targets: { 0: target } })
const at = (gridPos: object) => chart({ gridPos })
const thresholds = (...values: number[]) => ({ steps: values.map((value) => ({ value, color: 'red' })) })
const defaults = (patch: object) => chart({ fieldConfig: { defaults: patch } })
/** Every expression that matches asks for something else. */
const nothing = (matching: RegExp) => ({
  panels: Object.fromEntries(
    (first?.panels ?? []).map((panel, index) => {
      const { targets = [] } = JSON.parse(JSON.stringify(panel)) as { targets?: { expr: string }[] }
      const left = targets.filter(({ expr }) => !matching.test(expr))
      return [index, { targets: left }]
    }),
  ),
})

const BREAKS: readonly [keyof typeof RULES, string, object][] = [
  ['every panel has a title', 'a blank one', chart({ title: ' ' })],
  ['every panel says what it shows', 'too few words', chart({ description: 'Latency' })],
  ['every panel has a unit', 'none', defaults({ unit: undefined })],
  ['every panel has an id of its own', 'one twice', chart({ id: 1 })],
  ['every panel has an id of its own', 'none', chart({ id: undefined })],
  ['every panel has an id of its own', 'that of a row', chart({ id: 100 })],
  ['every panel asks something, of the datasource that was chosen', 'nothing', chart({ targets: [] })],
  [
    'every panel asks something, of the datasource that was chosen',
    'a fixed one',
    asking({ datasource: { uid: 'prometheus' } }),
  ],
  ['everything is asked of the jobs that were chosen', 'in a panel', asking({ expr: 'up' })],
  [
    'everything is asked of the jobs that were chosen',
    'on one side alone',
    asking({ expr: 'up{job=~"$job"} / up{job="x"}' }),
  ],
  [
    'everything is asked of the jobs that were chosen',
    'in a mark',
    { annotations: { list: { 0: { expr: 'interlock_build_info' } } } },
  ],
  [
    'thresholds are those of the alerts that are linked, or objectives',
    'one of its own',
    defaults({ thresholds: thresholds(61) }),
  ],
  [
    'thresholds are those of the alerts that are linked, or objectives',
    'of an alert it does not link',
    defaults({ thresholds: thresholds(14.4) }),
  ],
  [
    'thresholds are those of the alerts that are linked, or objectives',
    'in a column',
    chart({ fieldConfig: { overrides: [{ properties: [{ id: 'thresholds', value: thresholds(61) }] }] } }),
  ],
  ['links to runbooks name alerts', 'no alert', chart({ links: { 0: { url: '$runbooks/NoAlert.md' } } })],
  ['links to runbooks name alerts', 'elsewhere', chart({ links: { 0: { url: 'https://x.example' } } })],
  [
    'a number shows the last value there is',
    'the mean',
    { panels: { 1: { options: { reduceOptions: { calcs: ['mean'] } } } } },
  ],
  ['nothing known does not look like 0', 'blank', defaults({ noValue: '' })],
  ['series have names', 'none', asking({ legendFormat: '' })],
  ['datasource and job can be chosen', 'not the job', { templating: { list: { 1: undefined } } }],
  ['datasource and job can be chosen', 'not the datasource', { templating: { list: { 0: undefined } } }],
  ['deploys and kill switches are marked', 'no deploys', { annotations: { list: { 0: undefined } } }],
  ['deploys and kill switches are marked', 'no stops', { annotations: { list: { 1: undefined } } }],
  ['deploys and kill switches are marked', 'switched off', { annotations: { list: { 1: { enable: false } } } }],
  ['it links the other dashboards and the runbooks', 'not the others', { links: { 0: undefined } }],
  ['it links the other dashboards and the runbooks', 'no runbooks', { links: { 1: undefined } }],
  ['it links the other dashboards and the runbooks', 'is not linked', { tags: [] }],
  ['at most ten panels are above the fold', 'eleven', { panels: { 12: { gridPos: { y: 20 } } } }],
  ['panels lie beside each other', 'over another', at({ x: 4 })],
  ['panels lie beside each other', 'over the edge', at({ x: 20, y: 90 })],
  ['rate, errors and duration come first, causes below', 'no rate', nothing(/_(total|count)\{/)],
  ['rate, errors and duration come first, causes below', 'no errors', nothing(/outcome="failed"/)],
  ['rate, errors and duration come first, causes below', 'no duration', nothing(/_bucket\{/)],
  ['rate, errors and duration come first, causes below', 'causes first', { panels: { 0: { title: 'Behind it' } } }],
  ['rate, errors and duration come first, causes below', 'symptoms twice', { panels: { 11: { title: 'Symptoms' } } }],
  ['Grafana takes it as it is', 'an old schema', { schemaVersion: 41 }],
  ['Grafana takes it as it is', 'no address', { uid: undefined }],
  ['Grafana takes it as it is', 'the id of one Grafana', { id: 7 }],
]

describe('a breach is seen', () => {
  it.each(BREAKS)('%s: %s', (rule, _, patch) => {
    expect(RULES[rule](patched(first, patch) as Dashboard)).not.toEqual([])
  })

  it('of every rule', () => {
    expect(rules.map(([name]) => name).filter((name) => !BREAKS.some(([rule]) => rule === name))).toEqual([])
  })
})
