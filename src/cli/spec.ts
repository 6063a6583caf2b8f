/** `interlock spec check`: lints a specify.md, saying for each finding where it stands and how to mend it. */
import { Command } from 'commander'
import { checkSpec, parseSpec } from '../shared/policy/spec-document.ts'
import { ACTIONS } from '../workers/actions/index.ts'
import { type Answer, printAnswer } from './answer.ts'
import { findingLines } from './finding-lines.ts'
import { readText } from './read-input.ts'

/**
 * The document of `--json`: `{"outcome":"pass"|"block","file","pre_approved":[name],
 * "findings":[{"line","column","code","message","fix"}]}`. Throws CommandError where the file cannot be read.
 */
export const checkSpecFile = (path: string | undefined): Answer => {
  const text = readText(path, 'interlock spec check <file>')
  const file = path ?? ''
  const findings = checkSpec(text, ACTIONS)
  const pre_approved = parseSpec(text).pre_approved.map(({ action }) => action)
  const json = { outcome: findings.length === 0 ? 'pass' : 'block', file, pre_approved, findings }
  if (findings.length === 0) return { exit: 0, json, out: `PASS: spec=${file} pre_approved=${pre_approved.join(',')}` }
  const lines = findingLines(findings.map((finding) => ({ ...finding, file })))
  return { exit: 1, json, err: [`BLOCK: spec=${file} findings=${findings.length}`, ...lines].join('\n') }
}

const HELP = `
Examples:
  $ interlock spec check policies/high_memory_usage/specify.md
  $ interlock spec check specify.md --json

Every finding is reported at once, in the order of the file: line and column, what is wrong, how to mend it. --json prints
{"outcome","file","pre_approved","findings":[{"line","column","code","message","fix"}]}; docs/reference.md lists the codes.

Exit codes: 0 nothing found, 1 findings, 2 the file cannot be read.
`

const check = new Command('check')
  .description('check that a specify.md states what it must and chooses no concrete command')
  .argument('[file]', 'the specify.md')
  .option('--json', 'print one JSON document on stdout')
  .addHelpText('after', HELP)
  .action((file: string | undefined, { json }: { json?: boolean }) => {
    printAnswer(checkSpecFile(file), json === true)
  })

export const specCommand = new Command('spec').description('lint a specify.md').addCommand(check)
