/** A specify.md, read for what it pre-approves and checked for what it must state and must not choose. Pure. */
import { fromMarkdown } from 'mdast-util-from-markdown'
import type { PreApprovedAction } from '../contracts/policy.ts'
import { concreteCommands } from './concrete-commands.ts'
import type { Finding } from './finding.ts'
import { readActions } from './spec-actions.ts'
import { missingSections, preApprovedSections, sectionsOf } from './spec-sections.ts'

export interface Spec {
  pre_approved: PreApprovedAction[]
  /** Not empty: the list must not be used, since what limits an action could not be read. */
  problems: Finding[]
  /** What was not read and grants nothing, or nothing checks. */
  remarks: Finding[]
}

const actionsOf = (sections: ReturnType<typeof sectionsOf>) =>
  readActions(preApprovedSections(sections).flatMap(({ blocks }) => blocks))

/** A document without the section, or with nothing readable in it, approves nothing. */
export const parseSpec = (text: string): Spec => {
  const { actions, ...found } = actionsOf(sectionsOf(fromMarkdown(text)))
  return { pre_approved: actions, ...found }
}

const emptyList = (sections: ReturnType<typeof sectionsOf>): Finding[] => {
  const [section] = preApprovedSections(sections)
  if (!section || actionsOf(sections).actions.length > 0) return []
  const message = `'${section.title}' lists no readable action: add bullets that begin with a name in backticks`
  return [{ line: section.line, column: 1, code: 'missing_pre_approved_actions', message }]
}

/** Every finding, in the order of the document. */
export const checkSpec = (text: string): Finding[] => {
  const sections = sectionsOf(fromMarkdown(text))
  const { problems, remarks } = actionsOf(sections)
  const findings = [
    ...missingSections(sections, text),
    ...emptyList(sections),
    ...problems,
    ...remarks,
    ...concreteCommands(text),
  ]
  return findings.sort((a, b) => a.line - b.line || a.column - b.column)
}
