/** The little Markdown that a report is made of; text from payloads and policies cannot become more than text. Pure. */

/** One line, without what would end a cell or begin markup. */
export const plain = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').replace(/[\\|`*_<>[\]]/g, (character) => `\\${character}`)

export const code = (text: string): string => `\`${text.replace(/[`\p{Cc}]/gu, ' ')}\``

export const mdTable = (head: readonly string[], lines: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`)

/** Nothing where there are no lines. */
export const mdSection = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines]
