/** The four shapes of panel: a number, lines over time, a heat map, a table. How each looks is decided here alone. */
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { MappingType, type ValueMap } from '@grafana/grafana-foundation-sdk/dashboard'
import {
  PanelBuilder as HeatMap,
  HeatmapColorOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap'
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as Series } from '@grafana/grafana-foundation-sdk/timeseries'
import { type About, describe, limitsOf, type Query, query, REF_IDS } from './about.ts'
import { type Limit, limitOf, thresholdsOf } from './limits.ts'

const NUMBER_HEIGHT = 4
const CHART_HEIGHT = 8

interface Asking extends About {
  queries: readonly Query[]
  /** Shown where nothing matches; unknown must not look like 0. */
  none?: string
}

const wordFor = (value: string, text: string): ValueMap => ({
  type: MappingType.ValueToText,
  options: { [value]: { text } },
})

interface Number extends Asking {
  /** What a series is called, instead of its value. */
  named?: true
  /** For values that stand for something. */
  words?: Readonly<Record<number, string>>
  /** As high as the charts beside it. */
  tall?: true
}

/** The last value of each series. */
export const number = ({ queries, none = 'no data', named, words = {}, tall, ...about }: Number): Stat =>
  describe(new Stat(), tall ? CHART_HEIGHT : NUMBER_HEIGHT, about)
    .targets(queries.map((one, at) => query(one, at).instant()))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .textMode(named ? BigValueTextMode.Name : BigValueTextMode.Auto)
    .noValue(none)
    .mappings(Object.entries(words).map(([value, text]) => wordFor(value, text)))

interface Lines extends Asking {
  stacked?: true
  /** Of series by their name, where a colour has a meaning. */
  colours?: Readonly<Record<string, string>>
  /** Where the axis begins, if nothing is below; 0 without it. */
  from?: number
  /** Series whose names match are dashed: the other side of a comparison. */
  dashed?: string
}

/** How far the axis goes to show a limit: a little above it, to the whole of a share, or to one where none is allowed. */
const reachOf = ({ value, bad }: Limit): number => (bad === 'below' || value < 0.001 ? 1 : value * 1.05)

export const lines = ({ queries, none, stacked, colours = {}, dashed, from = 0, ...about }: Lines): Series => {
  const panel = describe(new Series(), CHART_HEIGHT, about)
    .targets(queries.map((one, at) => query(one, at).range().exemplar(one[0].startsWith('histogram_quantile'))))
    .lineWidth(2)
    .fillOpacity(stacked ? 40 : 8)
    .showPoints(VisibilityMode.Never)
    .stacking(new StackingConfigBuilder().mode(stacked ? StackingMode.Normal : StackingMode.None))
    .axisSoftMin(from)
    .noValue(none ?? 'no data')
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull']),
    )
  const limits = limitsOf(about)
  if (limits.length > 0)
    panel
      .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
      // How far off the limit is says more at night than the shape of what is far below it.
      .axisSoftMax(Math.max(...limits.map(reachOf)))
  for (const [name, fixedColor] of Object.entries(colours))
    panel.overrideByName(name, [{ id: 'color', value: { mode: 'fixed', fixedColor } }])
  if (dashed) panel.overrideByRegexp(dashed, [{ id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } }])
  return panel
}

/** Of a histogram: how many fell into each bucket, over time. */
export const heatMap = ({ queries, none = 'no data', unit, ...about }: Asking): HeatMap =>
  describe(new HeatMap(), CHART_HEIGHT, { ...about, unit })
    .targets(queries.map((one, at) => query(one, at).range().format(PromQueryFormat.Heatmap)))
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().scheme('Oranges').steps(32))
    .yAxis(new YAxisConfigBuilder().unit(unit))
    .hideLegend()
    .noValue(none)

interface Column {
  name: string
  expr: string
  unit: string
  /** Whose limit colours it. */
  alert?: string
}

interface Rows extends About {
  /** The label that makes a row. */
  by: string
  columns: readonly Column[]
  /** Where a row leads. */
  link: { title: string; url: string }
}

/** One row for each value of a label, one column for each expression; the first column decides the order. */
export const table = ({ by, columns, link, ...about }: Rows): Table => {
  const columnOf = (at: number) => `Value #${REF_IDS.charAt(at)}`
  const panel = describe(new Table(), CHART_HEIGHT, about)
    .targets(columns.map(({ expr }, at) => query([expr, ''], at).instant().format(PromQueryFormat.Table)))
    .withTransformation({ id: 'joinByField', options: { byField: by, mode: 'outer' } })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(columns.map((_, at) => [`Time ${at + 1}`, true])),
        renameByName: Object.fromEntries(columns.map(({ name }, at) => [columnOf(at), name])),
      },
    })
    .sortBy([new TableSortByFieldStateBuilder().displayName(columns[0]?.name ?? by).desc(true)])
    .overrideByName(by, [{ id: 'links', value: [{ ...link, targetBlank: true }] }])
    .noValue('none')
  for (const { name, unit, alert } of columns)
    panel.overrideByName(name, [
      { id: 'unit', value: unit },
      ...(alert
        ? [
            { id: 'thresholds', value: { mode: 'absolute', steps: thresholdsOf([limitOf(alert)]) } },
            { id: 'custom.cellOptions', value: { type: 'color-text' } },
          ]
        : []),
    ])
  return panel
}
