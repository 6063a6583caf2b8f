/** Draws the last value of each series, large. */
import { colourAt, type DrawablePanel, type DrawableSeries } from '../drawable.ts'
import { element } from './element.ts'
import { colourOf, format } from './format.ts'

const shown = (panel: DrawablePanel, { name, samples }: DrawableSeries, alone: boolean): HTMLElement => {
  const value = samples.at(-1)?.[1] ?? Number.NaN
  const number = element('value', panel.named ? name : (panel.words[String(value)] ?? format(value, panel.unit)))
  number.style.color = colourOf(colourAt(panel.steps, value))
  return alone || panel.named ? element('stat', number) : element('stat', element('name', name), number)
}

export const drawStat = (panel: DrawablePanel): HTMLElement => {
  const alone = panel.series.length === 1
  if (panel.series.length === 0) return element('stats', element('none', panel.none))
  return element('stats', ...panel.series.map((series) => shown(panel, series, alone)))
}
