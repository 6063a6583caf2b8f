/** Reads the pre-approved actions of a specify.md from either form: bullets, or fenced yaml that can state conditions. */
import { isSeq, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { Radius } from '../contracts/card.ts'
import type { PreApprovedAction } from '../contracts/policy.ts'
import { parseCondition } from './conditions.ts'
import { explainIssues } from './explain-issues.ts'
import type { Finding } from './finding.ts'
import { type Block, textOf } from './spec-sections.ts'

export interface SpecActions {
  actions: PreApprovedAction[]
  /** What makes the list unusable: something that was meant to limit an action could not be read. */
  problems: Finding[]
  /** What was not read, and grants nothing, but was probably meant otherwise. */
  remarks: Finding[]
}

const ACTION_NAME = /^[a-z][a-z0-9_-]{0,63}$/
const Entry = z.strictObject({
  action: z.string().regex(ACTION_NAME, 'an action name looks like restart_pod'),
  radius_of_impact: Radius.optional(),
  requires: z.array(z.string('a condition is text: put it in quotes')).default([]),
})

const NEGATED = /^[\s:,–—-]*(is |are )?(never|not|forbidden|prohibited)\b/i
const CONDITIONAL = /\b(requires?|only (if|when|while)|unless|provided that)\b/i
const AS_YAML = "state it in a fenced yaml block: '- action: NAME' with 'requires: [condition, …]'"

const none = (): SpecActions => ({ actions: [], problems: [], remarks: [] })

const fromBullet = (item: Extract<Block, { type: 'list' }>['children'][number]): SpecActions => {
  const { line, column } = item.position?.start ?? { line: 1, column: 1 }
  const at = { line, column }
  const [paragraph] = item.children
  const [name, ...rest] = paragraph?.type === 'paragraph' ? paragraph.children : []
  if (name?.type !== 'inlineCode' || !ACTION_NAME.test(name.value)) {
    const message = `'${textOf(item).slice(0, 40)}' is not read: begin the bullet with the action's name in backticks`
    return { ...none(), remarks: [{ ...at, code: 'action_unreadable', message }] }
  }
  const prose = [...rest, ...item.children.slice(1)].map(textOf).join('')
  if (NEGATED.test(prose)) {
    const message = `'${name.value}' stands in the list but is said not to be allowed: move it to the constraints`
    return { ...none(), problems: [{ ...at, code: 'action_unreadable', message }] }
  }
  const actions = [{ action: name.value, requires: [] }]
  if (!CONDITIONAL.test(prose)) return { ...none(), actions }
  const message = `'${name.value}' has a condition in prose, which nothing checks: ${AS_YAML}`
  return { ...none(), actions, remarks: [{ ...at, code: 'condition_in_prose', message }] }
}

const fromYaml = (block: Extract<Block, { type: 'code' }>): SpecActions => {
  const lineCounter = new LineCounter()
  const document = parseDocument(block.value, { lineCounter })
  const { line: fence, column } = block.position?.start ?? { line: 1, column: 1 }
  const problem = (code: Finding['code'], offset: number, message: string): Finding => {
    const at = lineCounter.linePos(offset)
    return { line: fence + at.line, column: column - 1 + at.col, code, message }
  }
  const [broken] = [...document.errors, ...document.warnings]
  if (broken)
    return { ...none(), problems: [problem('action_unreadable', broken.pos[0], broken.message.split('\n')[0] ?? '')] }
  if (!isSeq(document.contents))
    return {
      ...none(),
      problems: [problem('action_unreadable', 0, "the yaml block is not a list of '- action: NAME'")],
    }

  const read = none()
  const offsetOf = (path: (string | number)[]): number => {
    const node: unknown = document.getIn(path, true)
    return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
      ? Number(node.range[0])
      : 0
  }
  const entries: unknown = document.toJS()
  for (const [index, raw] of (Array.isArray(entries) ? entries : []).entries()) {
    const entry = Entry.safeParse(raw)
    if (!entry.success) {
      read.problems.push(problem('action_unreadable', offsetOf([index]), explainIssues(entry.error, raw)))
      continue
    }
    const { action, radius_of_impact, requires } = entry.data
    const parsed = requires.map(parseCondition)
    for (const [place, condition] of parsed.entries())
      if (condition.problem !== null)
        read.problems.push(problem('condition_unreadable', offsetOf([index, 'requires', place]), condition.problem))
    const conditions = parsed.flatMap(({ condition }) => condition ?? [])
    read.actions.push({ action, ...(radius_of_impact && { radius_of_impact }), requires: conditions })
  }
  return read
}

const fromBlock = (block: Block): SpecActions[] => {
  if (block.type === 'list') return block.children.map(fromBullet)
  if (block.type !== 'code') return []
  if (/^ya?ml$/i.test(block.lang ?? '')) return [fromYaml(block)]
  const { line, column } = block.position?.start ?? { line: 1, column: 1 }
  const message = "a fenced block that is not marked yaml is not read: open it with '```yaml'"
  return [{ ...none(), remarks: [{ line, column, code: 'action_unreadable', message }] }]
}

/** An action listed more than once is one action: every condition of every entry holds, and the narrowest radius. */
const merged = (actions: readonly PreApprovedAction[]): PreApprovedAction[] =>
  [...new Set(actions.map(({ action }) => action))].map((name) => {
    const same = actions.filter(({ action }) => action === name)
    const radius = Radius.options.find((option) => same.some(({ radius_of_impact }) => radius_of_impact === option))
    return {
      action: name,
      ...(radius && { radius_of_impact: radius }),
      requires: same.flatMap(({ requires }) => requires),
    }
  })

export const readActions = (blocks: readonly Block[]): SpecActions => {
  const read = blocks.flatMap(fromBlock)
  return {
    actions: merged(read.flatMap(({ actions }) => actions)),
    problems: read.flatMap(({ problems }) => problems),
    remarks: read.flatMap(({ remarks }) => remarks),
  }
}
