/** The sections of a specify.md, and which of those that it must have are missing. Pure. */
import type { fromMarkdown } from 'mdast-util-from-markdown'
import type { Finding } from './finding.ts'

export type Root = ReturnType<typeof fromMarkdown>
export type Block = Root['children'][number]

export interface Section {
  title: string
  depth: number
  line: number
  /** What stands directly below the heading, up to the next heading of any depth. */
  blocks: Block[]
}

/** The text of a node as it would be read, without its markup. */
export const textOf = (node: unknown): string => {
  if (typeof node !== 'object' || node === null) return ''
  if ('value' in node && typeof node.value === 'string') return node.value
  return 'children' in node && Array.isArray(node.children) ? node.children.map(textOf).join('') : ''
}

export const sectionsOf = (root: Root): Section[] => {
  const sections: Section[] = []
  for (const node of root.children)
    if (node.type === 'heading')
      sections.push({ title: textOf(node), depth: node.depth, line: node.position?.start.line ?? 1, blocks: [] })
    else if (node.type !== 'html') sections.at(-1)?.blocks.push(node)
  return sections
}

/** `## 2. Out of scope:` counts as `out of scope`. */
const named = (section: Section, pattern: RegExp): boolean =>
  pattern.test(
    section.title
      .toLowerCase()
      .replace(/[‐‑–]/g, '-')
      .replace(/^[^a-z]+/, ''),
  )

/** A heading with nothing under it, in no subsection either, states nothing. */
const isFilled = (sections: readonly Section[], section: Section): boolean => {
  const below = sections.slice(sections.indexOf(section) + 1)
  const end = below.findIndex(({ depth }) => depth <= section.depth)
  const own = [section, ...below.slice(0, end === -1 ? below.length : end)]
  return own.some(({ blocks }) => blocks.length > 0)
}

const WHY = /^why\b/
const WHAT = /^what\b(?! (must|may) not)/
const CONTEXT = /^context\b/
const CONSTRAINTS = /^(constraints?|out of scope|(what )?must not change)\b/
const SUCCESS = /^(success|acceptance) criteria\b/
const PRE_APPROVED = /^pre-?approved actions\b/
/** A heading that takes back what stands below it. */
const WITHDRAWN = /~~|\b(none|withdrawn|removed|disabled|suspended|revoked|no longer)\b/i

/** Given, then When, then Then, the first at the start of a line, list item or table cell. */
const SCENARIO = /^[\s>|*_`+-]*(\d+[.)]\s*)?[*_`]*given\b[\s\S]*?\bwhen\b[\s\S]*?\bthen\b/im

export const preApprovedSections = (sections: readonly Section[]): Section[] =>
  sections.filter((section) => named(section, PRE_APPROVED) && !WITHDRAWN.test(section.title))

const sourceOf = ({ blocks }: Section, source: string): string =>
  source.slice(blocks[0]?.position?.start.offset ?? 0, blocks.at(-1)?.position?.end.offset ?? 0)

/** `source` is the text the sections were read from. A heading with nothing under it is pointed at. */
export const missingSections = (sections: readonly Section[], source: string): Finding[] => {
  const findings: Finding[] = []
  const has = (pattern: RegExp) => sections.some((section) => named(section, pattern) && isFilled(sections, section))
  const need = (present: boolean, code: Finding['code'], what: string, fix: string, pattern?: RegExp): void => {
    if (present) return
    const empty = pattern && sections.find((section) => named(section, pattern))
    const message = empty ? `'${empty.title}' states nothing: no ${what}` : `no ${what}`
    findings.push({ line: empty?.line ?? 1, column: 1, code, message, fix })
  }
  // `Context` stands for WHY, or, where WHY has its own heading, for WHAT: never for both at once.
  const [why, context] = [has(WHY), has(CONTEXT)]
  need(why || context, 'missing_why', 'WHY', "add '## Why' and state the problem and whom it hurts", WHY)
  const what = has(WHAT) || (context && why)
  need(what, 'missing_what', 'WHAT', "add '## What' and state what must be true after", WHAT)
  const constraints = "add '## Constraints' (or '## Must not change') and what must stay as it is"
  need(has(CONSTRAINTS), 'missing_constraints', 'constraints', constraints, CONSTRAINTS)
  const success = "add '## Success criteria' with numbers to measure"
  need(has(SUCCESS), 'missing_success_criteria', 'success criteria', success, SUCCESS)
  const scenario = sections.some((section) => SCENARIO.test(sourceOf(section, source)))
  const lines = 'add a scenario whose lines begin with Given, When and Then'
  need(scenario, 'missing_given_when_then', 'Given/When/Then', lines)
  const list = 'add it, and list each action as a bullet that begins with its name in backticks'
  const approved = "'## Pre-approved actions'"
  need(preApprovedSections(sections).length > 0, 'missing_pre_approved_actions', approved, list)
  return findings
}
