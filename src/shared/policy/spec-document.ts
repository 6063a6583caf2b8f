/** A specify.md, read for what it pre-approves and checked for what it must state and must not choose. Pure. */
import { fromMarkdown } from 'mdast-util-from-markdown'
import type { PreApprovedAction } from '../contracts/policy.ts'
import { type Catalogue, wrongActions } from './catalogue.ts'
import { concreteCommands } from './concrete-commands.ts'
import { type Finding, inFileOrder } from './finding.ts'
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
  const { actions, problems, remarks } = actionsOf(sectionsOf(fromMarkdown(text)))
  return { pre_approved: actions, problems, remarks }
}

/** A list in which nothing at all was found; what was found and is wrong is told where it stands. */
const emptyList = (sections: ReturnType<typeof sectionsOf>, found: boolean): Finding[] => {
  const [section] = preApprovedSections(sections)
  if (!section || found) return []
  const message = `'${section.title}' lists no action`
  const fix = 'add a bullet for each that begins with its name in backticks'
  return [{ line: section.line, column: 1, code: 'missing_pre_approved_actions', message, fix }]
}

/** Every finding, in the order of the document. */
export const checkSpec = (text: string, catalogue: Catalogue): Finding[] => {
  const sections = sectionsOf(fromMarkdown(text))
  const { listed, problems, remarks } = actionsOf(sections)
  const findings = [
    ...missingSections(sections, text),
    ...emptyList(sections, [...listed, ...problems, ...remarks].length > 0),
    ...problems,
    ...remarks,
    ...listed.flatMap((action) => wrongActions(action, catalogue)),
    ...concreteCommands(text),
  ]
  return findings.sort(inFileOrder)
}
