/** A dashboard as Grafana reads it, with what Prometheus answers, as the preview page draws it. */
import type { Dashboard, Panel, Threshold } from '@grafana/grafana-foundation-sdk/dashboard'
import { type AskedSeries, askPrometheus, type Span } from '../ask-prometheus.ts'
import { type Target, targetsOf } from '../parts.ts'
import { colourAt, type Drawable, type DrawablePanel, type DrawableSeries } from './drawable.ts'

const named = (legend: string, labels: Record<string, string>): string =>
  legend.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? '').trim()

/** What the overrides of a panel say of a series or a column. */
const settingsOf = ({ fieldConfig }: Panel, name: string): Record<string, unknown> => {
  const matches = ({ id, options }: { id: string; options?: unknown }) =>
    id === 'byRegexp' ? new RegExp(String(options).slice(1, -1)).test(name) : options === name
  const properties = (fieldConfig?.overrides ?? []).filter(({ matcher }) => matches(matcher))
  return Object.fromEntries(properties.flatMap((one) => one.properties).map(({ id, value }) => [id, value]))
}

const seriesOf = (panel: Panel, { legendFormat = '' }: Target, asked: AskedSeries[]): DrawableSeries[] =>
  asked.map(({ labels, samples }) => {
    const name = named(legendFormat, labels)
    const settings = settingsOf(panel, name)
    const colour = (settings.color as { fixedColor?: string } | undefined)?.fixedColor
    return { name, samples, dashed: 'custom.lineStyle' in settings, ...(colour && { colour }) }
  })

const stepsFrom = (steps: readonly Threshold[] = []) => steps.map(({ value, color }) => ({ value, colour: color }))

/** One row for each value of the label that joins the columns; the first column decides the order. */
const tableOf = (panel: Panel, asked: AskedSeries[][]): DrawablePanel['table'] => {
  const [join, organize] = panel.transformations ?? []
  const by: string = join?.options.byField
  const heads = targetsOf(panel).map(({ refId }): string => organize?.options.renameByName[`Value #${refId}`])
  const cell = (column: number, key: string | undefined) => {
    const value = asked[column]?.find(({ labels }) => labels[by] === key)?.samples.at(-1)?.[1] ?? Number.NaN
    const { unit = '', thresholds } = settingsOf(panel, heads[column] ?? '') as {
      unit?: string
      thresholds?: { steps: Threshold[] }
    }
    return { text: '', unit, value, colour: thresholds ? colourAt(stepsFrom(thresholds.steps), value) : 'text' }
  }
  const keys = [...new Set(asked.flat().map(({ labels }) => labels[by] ?? ''))]
  const rows = keys.map((key) => [
    { text: key, unit: '', value: 0, colour: 'blue' },
    ...heads.map((_, at) => cell(at, key)),
  ])
  return { head: [by, ...heads], rows: rows.sort((a, b) => (b[1]?.value ?? 0) - (a[1]?.value ?? 0)) }
}

const wordsOf = ({ fieldConfig }: Panel): Record<string, string> =>
  Object.fromEntries(
    (fieldConfig?.defaults.mappings ?? []).flatMap(({ options }) =>
      Object.entries(options).map(([value, { text }]: [string, { text: string }]) => [value, text]),
    ),
  )

const drawPanel = async (url: string, panel: Panel, span: Span): Promise<DrawablePanel> => {
  const targets = targetsOf(panel)
  const asked = await Promise.all(targets.map(({ expr, instant }) => askPrometheus(url, expr, span, instant === true)))
  const defaults = panel.fieldConfig?.defaults
  const { x = 0, y = 0, w = 24, h = 1 } = panel.gridPos ?? {}
  return {
    kind: panel.type as DrawablePanel['kind'],
    title: panel.title ?? '',
    at: { x, y, w, h },
    unit: defaults?.unit ?? '',
    steps: stepsFrom(defaults?.thresholds?.steps),
    drawLimits: defaults?.custom?.thresholdsStyle !== undefined,
    stacked: defaults?.custom?.stacking?.mode === 'normal',
    range: { from: defaults?.custom?.axisSoftMin ?? 0, to: defaults?.custom?.axisSoftMax ?? null },
    words: wordsOf(panel),
    named: panel.options?.textMode === 'name',
    none: defaults?.noValue ?? '',
    series: targets.flatMap((target, at) => seriesOf(panel, target, asked[at] ?? [])),
    table: panel.type === 'table' ? tableOf(panel, asked) : { head: [], rows: [] },
  }
}

/** From the first sample of each run that is above 0 to its last. */
const marksOf = async (url: string, dashboard: Dashboard, span: Span): Promise<Drawable['marks']> => {
  const all = (dashboard.annotations.list ?? []).map(async ({ expr = '', textFormat = '', iconColor, titleFormat }) => {
    const asked = await askPrometheus(url, expr, span, false)
    return asked.map(({ labels, samples }) => ({
      colour: iconColor,
      text: `${titleFormat}: ${named(textFormat, labels)}`,
      from: samples[0]?.[0] ?? 0,
      to: samples.at(-1)?.[0] ?? 0,
    }))
  })
  return (await Promise.all(all)).flat()
}

export const toDrawable = async (url: string, dashboard: Dashboard, span: Span): Promise<Drawable> => ({
  title: dashboard.title ?? '',
  from: span.from,
  to: span.to,
  marks: await marksOf(url, dashboard, span),
  panels: await Promise.all((dashboard.panels ?? []).map((panel) => drawPanel(url, panel as Panel, span))),
})
