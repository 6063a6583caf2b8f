/** A guide as a list of steps: the files it has its reader write, the commands it has them run, and what they then see. */
import { fromMarkdown } from 'mdast-util-from-markdown'

export type Step = { write: string; text: string } | { run: string[]; shows: string }

/** A shell's words, as far as guides need it: spaces part them, and double quotes keep them together. */
const words = (line: string): string[] =>
  (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, '$1'))

/**
 * A fenced block with a path behind its language is a file; one of `sh` is a command `interlock …`, and the `text` block
 * that follows it is what it prints. Every other block is for reading.
 */
export const stepsOf = (markdown: string): Step[] => {
  const blocks = fromMarkdown(markdown).children.flatMap((node) => (node.type === 'code' ? [node] : []))
  return blocks.flatMap(({ lang, meta, value }, at): Step[] => {
    if (meta) return [{ write: meta, text: `${value}\n` }]
    if (lang !== 'sh') return []
    const [program, ...run] = words(value)
    const shown = blocks[at + 1]
    if (program !== 'interlock' || value.includes('\n') || shown?.lang !== 'text')
      throw new Error(`a command is one line 'interlock …' with a text block behind it: ${value}`)
    return [{ run, shows: shown.value }]
  })
}
