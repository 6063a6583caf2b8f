/** An error meant for a person: a code a script can match, and a message that names the field, the value and the fix. */
export class CodedError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.name = new.target.name
    this.code = code
  }
}
