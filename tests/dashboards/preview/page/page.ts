/** The page that is pictured: a dashboard on Grafana's grid of 24 columns. */
import type { Drawable, DrawablePanel } from '../drawable.ts'
import { drawChart } from './chart.ts'
import { element } from './element.ts'
import { colourOf } from './format.ts'
import { drawHeatMap } from './heat-map.ts'
import { pixelsOf } from './pixels-of.ts'
import { drawStat } from './stat.ts'
import { drawTable } from './table.ts'

const GAP = 8
const LINE = 30
const TITLE = 32
const PADDING = 8

const draw = (panel: DrawablePanel, all: Drawable, width: number, height: number): HTMLElement => {
  const inside = [width - 2 * PADDING, height - TITLE - PADDING] as const
  switch (panel.kind) {
    case 'stat':
      return drawStat(panel)
    case 'table':
      return drawTable(panel)
    case 'heatmap':
      return drawHeatMap(panel, all, ...inside)
    case 'timeseries':
      return drawChart(panel, all, ...inside)
    case 'row':
      return element('')
  }
}

const legendOfMarks = (marks: Drawable['marks']): HTMLElement[] =>
  marks.map(({ colour, text }) => {
    const mark = element('mark', text)
    mark.style.borderColor = colourOf(colour)
    return mark
  })

const show = (all: Drawable): void => {
  const width = document.body.clientWidth
  const column = (width + GAP) / 24
  const grid = element('grid')
  for (const panel of all.panels) {
    const [w, h] = [panel.at.w * column - GAP, panel.at.h * (LINE + GAP) - GAP]
    const made = element(panel.kind === 'row' ? 'row' : 'panel', element('title', panel.title), draw(panel, all, w, h))
    Object.assign(made.style, {
      left: `${panel.at.x * column}px`,
      top: `${panel.at.y * (LINE + GAP)}px`,
      width: `${w}px`,
      height: `${h}px`,
    })
    grid.append(made)
  }
  grid.style.height = `${Math.max(...all.panels.map(({ at }) => at.y + at.h)) * (LINE + GAP)}px`
  document.body.append(element('header', element('name', all.title), ...legendOfMarks(all.marks)), grid)
}

Object.assign(window, { show, pixelsOf })
