/** Plain text tables for terminals. */
import { stripVTControlCharacters } from 'node:util'

const width = (text: string) => stripVTControlCharacters(text).length

/** Columns as wide as their widest cell; the last one is not padded. Cells may hold colours. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const lines = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => width(line[column] ?? ''))))
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === line.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
