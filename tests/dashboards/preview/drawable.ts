/** What the preview page draws: the panels of a dashboard with the answers of Prometheus already in them. */

export interface DrawableSeries {
  name: string
  /** As Grafana names it, where the dashboard decides it. */
  colour?: string
  dashed: boolean
  /** Seconds and value; NaN is a gap. */
  samples: [at: number, value: number][]
}

export interface Step {
  value: number | null
  colour: string
}

export interface DrawablePanel {
  kind: 'row' | 'stat' | 'timeseries' | 'heatmap' | 'table'
  title: string
  at: { x: number; y: number; w: number; h: number }
  unit: string
  /** From the lowest up; the first holds from below everything. */
  steps: Step[]
  drawLimits: boolean
  stacked: boolean
  range: { from: number; to: number | null }
  /** For values that stand for something. */
  words: Record<string, string>
  /** What a series is called is what is shown. */
  named: boolean
  none: string
  series: DrawableSeries[]
  table: { head: string[]; rows: { text: string; unit: string; value: number; colour: string }[][] }
}

export interface Drawable {
  title: string
  from: number
  to: number
  marks: { colour: string; text: string; from: number; to: number }[]
  panels: DrawablePanel[]
}

export const colourAt = (steps: readonly Step[], value: number): string =>
  steps.findLast((step) => step.value === null || value >= step.value)?.colour ?? 'text'
