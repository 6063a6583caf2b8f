/** What every dashboard must keep to, as a list of rules over its JSON; each gives one line per breach. */
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { ALERTS } from '../../grafana/alert-rules.ts'
import { readExpression } from '../../grafana/expression.ts'
import { limitOf, OBJECTIVES } from '../../grafana/limits.ts'
import { alertsOf, expressionsOf, panelsOf, rowsOf, targetsOf, thresholdsOf } from './parts.ts'

/** A screen of 1080 lines shows this many of Grafana's. */
const FOLD = 21
const MOST_ABOVE_THE_FOLD = 10
const WIDTH = 24

/** Panels draw these as well; nobody is alerted by them, so that they have no runbook. */
const OBJECTIVE_VALUES: readonly number[] = [0, ...Object.values(OBJECTIVES).flatMap((one) => Object.values(one))]

const hasLimit = (alert: string): boolean => ALERTS.get(alert)?.limit !== undefined

const overlap = (a: Panel, b: Panel): boolean => {
  const [one, other] = [a.gridPos, b.gridPos]
  if (!one || !other) return true
  return one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h
}

/** One line for each panel that `check` finds something wrong with. */
const eachPanel =
  (check: (panel: Panel) => string | false | undefined) =>
  (dashboard: Dashboard): string[] =>
    panelsOf(dashboard).flatMap((panel) => {
      const problem = check(panel)
      return problem ? [`panel ${panel.id} (${panel.title}): ${problem}`] : []
    })

const lacking = (wanted: readonly string[], found: readonly (string | undefined)[], what: string): string[] =>
  wanted.filter((name) => !found.includes(name)).map((name) => `has no ${what} ${name}`)

export type Rule = (dashboard: Dashboard) => string[]

export const RULES = {
  'every panel has a title': eachPanel(({ title }) => !title?.trim() && 'no title'),
  'every panel says what it shows': eachPanel(({ description = '' }) => description.length < 30 && 'no description'),
  'every panel has a unit': eachPanel(({ fieldConfig }) => !fieldConfig?.defaults.unit && 'no unit'),
  'every panel has an id of its own': (dashboard) => {
    const ids = (dashboard.panels ?? []).map(({ id }) => id)
    return ids.filter((id, at) => !Number.isInteger(id) || ids.indexOf(id) !== at).map((id) => `id ${id} is not unique`)
  },
  'every panel asks something, of the datasource that was chosen': eachPanel((panel) => {
    const sources = [panel.datasource, ...targetsOf(panel).map(({ datasource }) => datasource)]
    if (sources.length < 2) return 'asks nothing'
    return sources.some((source) => source?.uid !== '$datasource') && 'asks another datasource'
  }),
  'everything is asked of the jobs that were chosen': (dashboard) =>
    expressionsOf(dashboard)
      .filter(({ expr }) => readExpression(expr).selectors.some(({ matchers }) => !matchers.includes('job=~"$job"')))
      .map(({ where }) => `${where}: a selector without job=~"$job"`),
  'thresholds are those of the alerts that are linked, or objectives': eachPanel((panel) => {
    const known = [
      ...alertsOf(panel)
        .filter(hasLimit)
        .map((alert) => limitOf(alert).value),
      ...OBJECTIVE_VALUES,
    ]
    const strange = thresholdsOf(panel).filter((value) => !known.includes(value))
    return strange.length > 0 && `thresholds ${strange.join(', ')} are of no alert`
  }),
  'links to runbooks name alerts': eachPanel((panel) => {
    const strange = alertsOf(panel).filter((alert) => !ALERTS.has(alert))
    if (alertsOf(panel).length !== (panel.links ?? []).length) return 'a link that is no runbook'
    return strange.length > 0 && `no alert ${strange.join(', ')}`
  }),
  'a number shows the last value there is': eachPanel(
    ({ type, options }) =>
      type === 'stat' && String(options.reduceOptions.calcs) !== 'lastNotNull' && 'not lastNotNull',
  ),
  'nothing known does not look like 0': eachPanel(({ fieldConfig }) => !fieldConfig?.defaults.noValue && 'no noValue'),
  'series have names': eachPanel(
    (panel) => panel.type !== 'table' && targetsOf(panel).some(({ legendFormat }) => !legendFormat) && 'no legend',
  ),
  'datasource and job can be chosen': ({ templating }) =>
    lacking(
      ['datasource', 'job'],
      (templating.list ?? []).map(({ name }) => name),
      'variable',
    ),
  'deploys and kill switches are marked': ({ annotations }) => {
    const asked = (annotations.list ?? []).filter(({ enable }) => enable).map(({ expr = '' }) => expr)
    const metrics = asked.flatMap((expr) => readExpression(expr).selectors.map(({ metric }) => metric))
    return lacking(['interlock_build_info', 'interlock_kill_switch_active'], metrics, 'mark from')
  },
  'it links the other dashboards and the runbooks': ({ links = [], tags = [] }) => [
    ...lacking(
      ['dashboards', 'link'],
      links.map(({ type }) => type),
      'link of type',
    ),
    ...lacking(['interlock'], tags, 'tag'),
  ],
  'at most ten panels are above the fold': (dashboard) => {
    const above = panelsOf(dashboard).filter(({ gridPos }) => (gridPos?.y ?? 0) < FOLD)
    return above.length > MOST_ABOVE_THE_FOLD ? [`${above.length} panels above the fold`] : []
  },
  'panels lie beside each other': (dashboard) => {
    const panels = panelsOf(dashboard)
    return panels.flatMap((panel, at) => {
      const { x = 0, w = WIDTH + 1 } = panel.gridPos ?? {}
      const covered = panels.slice(at + 1).filter((other) => overlap(panel, other))
      return [
        ...(x + w > WIDTH ? [`${panel.title} is too wide`] : []),
        ...covered.map((o) => `${panel.title} covers ${o.title}`),
      ]
    })
  },
  'rate, errors and duration come first, causes below': (dashboard) => {
    const [first, second, ...others] = rowsOf(dashboard)
    const end = second?.gridPos?.y ?? Number.POSITIVE_INFINITY
    const panels = panelsOf(dashboard).filter(({ gridPos }) => (gridPos?.y ?? 0) < end)
    const asked = panels.flatMap(targetsOf).map(({ expr }) => expr)
    return [
      ...(first?.title?.startsWith('Symptoms') ? [] : ['does not begin with symptoms']),
      ...[second, ...others]
        .filter((row) => !row?.title?.startsWith('Behind it'))
        .map((row) => `row ${row?.title}: not behind`),
      ...(asked.some((expr) => /^sum.*\(rate\(.*_(total|count)\{/.test(expr)) ? [] : ['no rate in the first row']),
      ...(asked.some((expr) => /outcome="failed"|outcome="ok"|errors_total|dead_lettered_total/.test(expr))
        ? []
        : ['no errors in the first row']),
      ...(asked.some((expr) => /_seconds(_bucket)?\{/.test(expr)) ? [] : ['no duration in the first row']),
    ]
  },
  'Grafana takes it as it is': ({ schemaVersion, uid, id }) => [
    ...(schemaVersion === 42 ? [] : [`schemaVersion ${schemaVersion}`]),
    ...(/^[a-z-]{1,40}$/.test(uid ?? '') ? [] : [`uid ${uid}`]),
    ...(id == null ? [] : ['has an id of one Grafana']),
  ],
} satisfies Record<string, Rule>
