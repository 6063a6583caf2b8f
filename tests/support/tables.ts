/** The tables of our documents, for tests that compare them with the code. */

/** The cells of the table under this heading, row by row, without its head; none where there is no such heading. */
export const tableUnder = (markdown: string, heading: string): string[][] => {
  const section = markdown.split(/^#{2,3} /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('|'))
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}
