/** Draws how many values fell into each bucket over time, darker for more. */
import type { Drawable, DrawablePanel } from '../drawable.ts'
import { element } from './element.ts'
import { format } from './format.ts'

const AXIS = 56

/** Buckets hold all below their edge: what is between two edges is the difference. */
const between = (panel: DrawablePanel) => {
  const buckets = panel.series
    .map(({ name, samples }) => ({ edge: name === '+Inf' ? Number.POSITIVE_INFINITY : Number(name), samples }))
    .sort((a, b) => a.edge - b.edge)
  return buckets.map(({ edge, samples }, at) => {
    const below = new Map(buckets[at - 1]?.samples)
    return { edge, counts: samples.map(([time, value]) => [time, value - (below.get(time) ?? 0)] as const) }
  })
}

export const drawHeatMap = (
  panel: DrawablePanel,
  { from, to }: Drawable,
  width: number,
  height: number,
): HTMLElement => {
  const rows = between(panel)
  const last = rows.findLastIndex(({ counts }) => counts.some(([, count]) => count > 0))
  const used = rows.slice(0, Math.max(last + 2, 6))
  const most = Math.max(...used.flatMap(({ counts }) => counts.map(([, count]) => count)))
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width, height })
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('no canvas')
  const [cellHeight, columns] = [height / used.length, Math.min(60, used[0]?.counts.length ?? 1)]
  const cellWidth = (width - AXIS) / columns
  pen.font = '11px sans-serif'
  used.forEach(({ edge, counts }, at) => {
    const y = height - (at + 1) * cellHeight
    pen.fillStyle = '#8e8e99'
    pen.textAlign = 'right'
    pen.fillText(Number.isFinite(edge) ? format(edge, panel.unit) : 'more', AXIS - 8, y + cellHeight / 2 + 4)
    const sums = Array.from({ length: columns }, () => 0)
    for (const [time, count] of counts) {
      const column = Math.min(columns - 1, Math.floor(((time - from) / (to - from)) * columns))
      sums[column] = Math.max(sums[column] ?? 0, count)
    }
    sums.forEach((sum, column) => {
      if (sum <= 0) return
      pen.fillStyle = `rgba(255, 152, 48, ${(0.15 + 0.85 * Math.sqrt(Math.min(1, sum / most))).toFixed(2)})`
      pen.fillRect(AXIS + column * cellWidth, y, cellWidth - 1, cellHeight - 1)
    })
  })
  return element('canvas', canvas)
}
