/** Findings as the command line prints them: one a line, with the place as terminals and editors open it. */
import { describeFinding, type Finding } from '../shared/policy/finding.ts'
import { reasonLines } from './reason-lines.ts'

/** `  - <code>: <file>:<line>:<column> <what is wrong>: <how to mend it>`. */
export const findingLines = (findings: readonly (Finding & { file: string })[]): string[] =>
  reasonLines(
    findings.map((finding) => ({
      code: finding.code,
      message: `${finding.file}:${finding.line}:${finding.column} ${describeFinding(finding)}`,
    })),
  )
