/** The parts of a dashboard's JSON that tests look at. */
import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard'
import { repositoryFiles } from '../support/repository-files.ts'

/** As they are committed, and as Grafana reads them; the service overview first. */
export const readDashboards = (): Dashboard[] =>
  repositoryFiles('grafana/dashboards')
    .map(({ text }): Dashboard => JSON.parse(text))
    .sort((a, b) => Number(b.uid === 'service-overview') - Number(a.uid === 'service-overview'))

const isRow = (panel: Panel | RowPanel): panel is RowPanel => panel.type === 'row'
export const panelsOf = ({ panels = [] }: Dashboard): Panel[] => panels.filter((panel) => !isRow(panel)) as Panel[]
export const rowsOf = ({ panels = [] }: Dashboard): RowPanel[] => panels.filter(isRow)

export interface Target {
  expr: string
  refId: string
  legendFormat?: string
  instant?: boolean
  datasource?: { uid?: string }
}
export const targetsOf = ({ targets = [] }: Panel): Target[] => targets as unknown as Target[]

export const expressionsOf = (dashboard: Dashboard): { where: string; expr: string }[] => [
  ...panelsOf(dashboard).flatMap((panel) =>
    targetsOf(panel).map(({ expr, refId }) => ({
      where: `${dashboard.uid} ${panel.id} ${refId}: ${panel.title}`,
      expr,
    })),
  ),
  ...(dashboard.annotations.list ?? []).map(({ name, expr = '' }) => ({
    where: `${dashboard.uid} mark: ${name}`,
    expr,
  })),
]

/** The alerts whose runbooks a panel links. */
export const alertsOf = ({ links = [] }: Panel): string[] =>
  links.flatMap(({ url }) => /^\$runbooks\/(\w+)\.md$/.exec(url ?? '')?.[1] ?? [])

/** Those of a table's columns, too. */
export const thresholdsOf = ({ fieldConfig }: Panel): number[] => {
  const properties = (fieldConfig?.overrides ?? []).flatMap((override) => override.properties)
  const own = properties.filter(({ id }) => id === 'thresholds').map(({ value }) => value)
  const steps = [fieldConfig?.defaults.thresholds, ...own].flatMap((thresholds) => thresholds?.steps ?? [])
  return steps.flatMap(({ value }: { value: number | null }) => value ?? [])
}
