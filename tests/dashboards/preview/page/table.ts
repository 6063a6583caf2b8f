/** Draws rows and columns. */
import type { DrawablePanel } from '../drawable.ts'
import { element } from './element.ts'
import { colourOf, format } from './format.ts'

export const drawTable = ({ table, none }: DrawablePanel): HTMLElement => {
  if (table.rows.length === 0) return element('stats', element('none', none))
  const cells = table.rows.map((row) =>
    row.map(({ text, unit, value, colour }) => {
      const cell = element('cell', text || format(value, unit))
      cell.style.color = colourOf(colour)
      return cell
    }),
  )
  const made = element('table', ...table.head.map((name) => element('cell head', name)), ...cells.flat())
  made.style.gridTemplateColumns = `2fr ${'1fr '.repeat(table.head.length - 1)}`
  return made
}
