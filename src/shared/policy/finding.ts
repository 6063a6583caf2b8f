/** Something wrong in a file of a policy: where it stands, what it is, and how to mend it. Pure. */

/** A place in a text, both counted from 1. */
export interface Place {
  line: number
  column: number
}

/** In the order of docs/reference.md: what a specify.md must state, its list of actions, what it must not choose, YAML, the policy folder. */
export const FINDING_CODES = [
  'missing_why',
  'missing_what',
  'missing_constraints',
  'missing_success_criteria',
  'missing_given_when_then',
  'missing_pre_approved_actions',
  'action_unreadable',
  'action_unknown',
  'radius_too_narrow',
  'condition_unreadable',
  'condition_in_prose',
  'concrete_command',
  'yaml_invalid',
  'field_invalid',
  'threshold_moved_alone',
  'scope_unknown',
  'class_misnamed',
  'prefix_taken',
  'profile_unknown',
  'evidence_missing',
  'reduction_missing',
  'action_not_listed',
  'radius_too_wide',
  'file_missing',
  'file_unread',
  'no_class',
] as const

export interface Finding extends Place {
  code: (typeof FINDING_CODES)[number]
  message: string
  fix: string
}

export const inFileOrder = (a: Place, b: Place): number => a.line - b.line || a.column - b.column

/** On one line, for messages that have no place of their own for the fix. */
export const describeFinding = ({ message, fix }: Pick<Finding, 'message' | 'fix'>): string => `${message}: ${fix}`
