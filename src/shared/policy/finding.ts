/** Something wrong in a specify.md: where it stands, and how to mend it. Lines and columns count from 1. */
export interface Finding {
  line: number
  column: number
  code:
    | 'missing_why'
    | 'missing_what'
    | 'missing_constraints'
    | 'missing_success_criteria'
    | 'missing_given_when_then'
    | 'missing_pre_approved_actions'
    | 'action_unreadable'
    | 'condition_unreadable'
    | 'condition_in_prose'
    | 'concrete_command'
  message: string
}
