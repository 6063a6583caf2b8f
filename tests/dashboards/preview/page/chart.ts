/** Draws lines over time with uPlot: limits dashed across, deploys and stops as marks. */
import uPlot from 'uplot'
import type { Drawable, DrawablePanel } from '../drawable.ts'
import { element } from './element.ts'
import { colourOf, format, paletteAt } from './format.ts'

const GRID = {
  stroke: '#8e8e99',
  grid: { stroke: 'rgba(204, 204, 220, .07)', width: 1 },
  ticks: { show: false },
  font: '11px sans-serif',
}

interface Line {
  name: string
  colour: string
  dashed: boolean
  values: (number | null)[]
}

/** All series on the same points of time; where one has no value it has a gap. */
const linesOf = (panel: DrawablePanel): { times: number[]; lines: Line[] } => {
  const times = [...new Set(panel.series.flatMap(({ samples }) => samples.map(([at]) => at)))].sort((a, b) => a - b)
  const lines = panel.series.map(({ name, colour, dashed, samples }, index) => {
    const values = new Map(samples)
    const valueAt = (at: number) => {
      const value = values.get(at)
      return value === undefined || Number.isNaN(value) ? null : value
    }
    return { name, dashed, colour: colour ? colourOf(colour) : paletteAt(index), values: times.map(valueAt) }
  })
  return { times, lines }
}

const clock = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(11, 19)

const stack = (lines: readonly Line[]): (number | null)[][] => {
  const sums: number[] = []
  return lines.map(({ values }) =>
    values.map((value, at) => {
      sums[at] = (sums[at] ?? 0) + (value ?? 0)
      return sums[at] ?? 0
    }),
  )
}

const drawMarks = ({ ctx, bbox, valToPos }: uPlot, marks: Drawable['marks']) => {
  for (const { colour, from, to } of marks) {
    const [left, right] = [valToPos(from, 'x', true), valToPos(to, 'x', true)]
    ctx.fillStyle = `${colourOf(colour)}0f`
    ctx.fillRect(left, bbox.top, right - left, bbox.height)
    ctx.fillStyle = colourOf(colour)
    ctx.fillRect(left, bbox.top, 1, bbox.height)
  }
}

const drawLimits = ({ ctx, bbox, valToPos }: uPlot, panel: DrawablePanel) => {
  const edges = panel.steps.flatMap((step, at) => {
    const [value, colour] = [step.value, step.colour === 'green' ? panel.steps[at - 1]?.colour : step.colour]
    return value !== null && colour ? [{ value, colour }] : []
  })
  for (const { value, colour } of panel.drawLimits ? edges : []) {
    const y = valToPos(value, 'y', true)
    if (y < bbox.top) continue
    ctx.save()
    ctx.strokeStyle = colourOf(colour)
    ctx.setLineDash([8, 6])
    ctx.lineWidth = 1.5
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
    ctx.restore()
  }
}

const legendOf = (lines: readonly Line[], unit: string): HTMLElement =>
  element(
    'legend',
    ...lines.map(({ name, colour, values }) => {
      const swatch = element('swatch')
      swatch.style.background = colour
      return element(
        'entry',
        swatch,
        `${name}  `,
        element('last', format(values.findLast((one) => one !== null) ?? Number.NaN, unit)),
      )
    }),
  )

export const drawChart = (panel: DrawablePanel, all: Drawable, width: number, height: number): HTMLElement => {
  const { times, lines } = linesOf(panel)
  if (lines.every(({ values }) => values.every((value) => value === null)))
    return element('stats', element('none', panel.none))
  const legend = legendOf(lines, panel.unit)
  const place = element('chart')
  const drawn = panel.stacked ? stack(lines) : lines.map(({ values }) => values)
  const top = Math.max(0, ...drawn.flat().map((value) => value ?? 0)) * 1.05
  const range = (): uPlot.Range.MinMax => [panel.range.from, Math.max(top, panel.range.to ?? 0) || 1]
  const options: uPlot.Options = {
    width,
    height: height - 8 - 18 * Math.min(4, Math.ceil(lines.length / 3)),
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { range: [all.from, all.to] }, y: { range } },
    padding: [8, 12, 0, 0],
    axes: [
      { ...GRID, size: 28, space: 70, values: (_, splits) => splits.map(clock) },
      { ...GRID, size: 70, values: (_, splits) => splits.map((split) => format(split, panel.unit)) },
    ],
    series: [
      {},
      ...lines.map(({ colour, dashed }, at) => ({
        stroke: colour,
        width: 1.5,
        points: { show: false },
        ...(dashed && { dash: [6, 4] }),
        ...((!panel.stacked || at === 0) && { fill: `${colour}${panel.stacked ? '66' : '14'}` }),
      })),
    ],
    bands: panel.stacked
      ? lines.slice(1).map(({ colour }, at) => ({ series: [at + 2, at + 1], fill: `${colour}66` }))
      : [],
    hooks: { drawAxes: [(plot) => drawMarks(plot, all.marks)], draw: [(plot) => drawLimits(plot, panel)] },
  }
  new uPlot(options, [times, ...drawn], place)
  return element('filled', place, legend)
}
