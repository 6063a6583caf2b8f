/** What every panel says of itself: title, unit, what it asks, the limits it draws and the runbooks that go with them. */
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { PanelBuilder as HeatMapBuilder } from '@grafana/grafana-foundation-sdk/heatmap'
import { DataqueryBuilder, QueryEditorMode } from '@grafana/grafana-foundation-sdk/prometheus'
import type { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import type { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table'
import type { PanelBuilder as SeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import { ALERTS } from './alert-rules.ts'
import { type Limit, limitOf, thresholdsOf } from './limits.ts'

/** The datasource that is chosen above the panels. */
export const DATASOURCE = { type: 'prometheus', uid: '$datasource' }

/** PromQL, and what its series are called: text with `{{label}}` in it. */
export type Query = readonly [expr: string, legend: string]

export interface About {
  /** Fixed for good: links to a panel name it. Unique in its dashboard. */
  id: number
  title: string
  /** What it shows and, where it looks bad, where to go on. */
  description: string
  /** As Grafana names it. */
  unit: string
  /** Of 24. */
  span: number
  /** Alerts whose limits are drawn; their runbooks are linked. */
  alerts?: readonly string[]
  /** Alerts that compare something else, and whose runbooks are linked. */
  runbooks?: readonly string[]
  /** Of objectives, which have no runbook. */
  limits?: readonly Limit[]
}

export const REF_IDS = 'ABCDEFGHIJ'

export const query = ([expr, legend]: Query, at: number): DataqueryBuilder =>
  new DataqueryBuilder()
    .refId(REF_IDS.charAt(at))
    .datasource(DATASOURCE)
    .expr(expr)
    .legendFormat(legend)
    .editorMode(QueryEditorMode.Code)

type AnyPanel = SeriesBuilder | StatBuilder | TableBuilder | HeatMapBuilder

const runbookOf = (alert: string) => {
  if (!ALERTS.has(alert)) throw new Error(`prometheus/rules has no alert ${alert}`)
  return new DashboardLinkBuilder(`Runbook: ${alert}`)
    .type(DashboardLinkType.Link)
    .url(`$runbooks/${alert}.md`)
    .targetBlank(true)
}

export const limitsOf = ({ alerts = [], limits = [] }: About): Limit[] => [...alerts.map(limitOf), ...limits]

/** Lays what all panels have in common over one of them. */
export const describe = <Panel extends AnyPanel>(panel: Panel, height: number, about: About): Panel => {
  const { id, title, description, unit, span, alerts = [], runbooks = [] } = about
  panel.id(id).title(title).description(description).datasource(DATASOURCE).span(span).height(height).unit(unit)
  panel.links([...alerts, ...runbooks].map(runbookOf))
  panel.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(thresholdsOf(limitsOf(about))))
  return panel
}
