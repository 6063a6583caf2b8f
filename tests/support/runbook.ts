/** The runbooks in docs/runbooks: each one's sections, and the queries and commands in its fenced blocks, in order. */
import { fromMarkdown } from 'mdast-util-from-markdown'
import { repositoryFiles } from './repository-files.ts'

type Nodes = ReturnType<typeof fromMarkdown>['children']

/** One thing to paste: a whole `promql` block, or a line of a `sh` block. */
export interface Paste {
  kind: 'promql' | 'sh'
  /** Of the runbook, as its heading has it. */
  section: string
  text: string
}

export interface Runbook {
  /** Without folder and ending. */
  name: string
  text: string
  title: string
  sections: string[]
  pastes: Paste[]
}

const headings = (text: string, depth: number): string[] =>
  [...text.matchAll(new RegExp(`^#{${depth}} (.+)$`, 'gm'))].map(([, heading = '']) => heading)

const blocksIn = (nodes: Nodes, section: string): Paste[] =>
  nodes.flatMap((node): Paste[] => {
    if (node.type === 'code') {
      if (node.lang === 'promql') return [{ kind: 'promql', section, text: node.value }]
      if (node.lang === 'sh') return node.value.split('\n').map((text) => ({ kind: 'sh', section, text }))
      throw new Error(`a block is promql or sh, so that it can be run: ${node.value}`)
    }
    return 'children' in node ? blocksIn(node.children as Nodes, section) : []
  })

/** The text under each heading of the second level; what stands before the first belongs to none. */
const pastesIn = (text: string): Paste[] =>
  text.split(/^(?=## )/m).flatMap((part) => blocksIn(fromMarkdown(part).children, headings(part, 2).join()))

export const runbooks = (): Runbook[] =>
  repositoryFiles('docs/runbooks')
    .filter(({ path }) => !path.endsWith('README.md'))
    .map(({ path, text }) => ({
      name: path.replace(/^.*\/|\.md$/g, ''),
      text,
      title: headings(text, 1).join(),
      sections: headings(text, 2),
      pastes: pastesIn(text),
    }))
