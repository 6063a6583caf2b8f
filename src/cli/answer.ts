/** What every command answers with, and the one place where an answer becomes output and an exit code. */
import { CodedError } from '../shared/coded-error.ts'

/** 0 pass, 1 block or mismatch, 2 usage, unreadable or invalid input: a contract with scripts that call Interlock. */
export type ExitCode = 0 | 1 | 2

export interface Answer {
  exit: ExitCode
  /** The one JSON document `--json` prints, in every case. */
  json: unknown
  /** Human text for stdout (PASS lines, data) and stderr (BLOCK lines with their reasons). */
  out?: string
  err?: string
}

/** Thrown by commands for usage, unreadable or invalid input; answered with exit 2 and never with a stack trace. */
export class CommandError extends CodedError {}

/** The answer to anything thrown: coded errors keep their code, everything else is `internal_error`. */
export const answerError = (error: unknown): Answer => {
  const code = error instanceof CodedError ? error.code : 'internal_error'
  const message = error instanceof Error ? error.message : String(error)
  return { exit: 2, json: { outcome: 'error', error: { code, message } }, err: `interlock: ${message}` }
}

export const printAnswer = (answer: Answer, asJson: boolean): void => {
  if (asJson) process.stdout.write(`${JSON.stringify(answer.json, null, 2)}\n`)
  else {
    if (answer.out) process.stdout.write(`${answer.out}\n`)
    if (answer.err) process.stderr.write(`${answer.err}\n`)
  }
  process.exitCode = answer.exit
}
