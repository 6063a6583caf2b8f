/** Reads one fenced yaml block of pre-approved actions, with the place of each. Pure. */
import { z } from 'zod'
import { Radius } from '../contracts/card.ts'
import type { PreApprovedAction } from '../contracts/policy.ts'
import { parseCondition } from './condition-grammar.ts'
import { listIssues } from './explain-issues.ts'
import type { Finding, Place } from './finding.ts'
import { readYamlDocument } from './yaml-document.ts'

export const ACTION_NAME = /^[a-z][a-z0-9_-]{0,63}$/

const Entry = z.strictObject({
  action: z.string().regex(ACTION_NAME, 'an action name looks like restart_pod'),
  radius_of_impact: Radius.optional(),
  requires: z.array(z.string('a condition is text: put it in quotes')).default([]),
})

export interface ListedAction extends PreApprovedAction {
  place: Place
  /** Where the radius stands, or the entry that states none. */
  radiusPlace: Place
}

/** `fence` is where the block's opening fence stands; everything found is placed in the document round it. */
export const readActionYaml = (text: string, fence: Place): { listed: ListedAction[]; problems: Finding[] } => {
  const document = readYamlDocument(text)
  const inDocument = <Found extends Place>(found: Found): Found => ({
    ...found,
    line: fence.line + found.line,
    column: fence.column - 1 + found.column,
  })
  const unreadable = (place: Place, message: string, fix: string): Finding =>
    inDocument({ ...place, code: 'action_unreadable', message, fix })
  if (document.broken.length > 0)
    return { listed: [], problems: document.broken.map((one) => unreadable(one, one.message, one.fix)) }
  if (!Array.isArray(document.value)) {
    const problem = unreadable(document.placeOf([]), 'the yaml block is not a list', "write it as '- action: NAME'")
    return { listed: [], problems: [problem] }
  }

  const listed: ListedAction[] = []
  const problems: Finding[] = []
  for (const [index, raw] of document.value.entries()) {
    const entry = Entry.safeParse(raw)
    if (!entry.success) {
      for (const { path, message, fix } of listIssues(entry.error, raw))
        problems.push(unreadable(document.placeOf([index, ...path]), message, fix))
      continue
    }
    const { action, radius_of_impact, requires } = entry.data
    const conditions = requires.flatMap((text, nth) => {
      const { condition, problem } = parseCondition(text)
      if (problem === null) return [condition]
      const place = document.placeInText([index, 'requires', nth], text, problem.column - 1)
      problems.push(inDocument({ ...place, code: 'condition_unreadable', message: problem.message, fix: problem.fix }))
      return []
    })
    listed.push({
      action,
      ...(radius_of_impact && { radius_of_impact }),
      requires: conditions,
      place: inDocument(document.placeOf([index])),
      radiusPlace: inDocument(document.placeOf([index, 'radius_of_impact'])),
    })
  }
  return { listed, problems }
}
