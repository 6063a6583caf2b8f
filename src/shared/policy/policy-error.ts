/** A policy folder that cannot be used as it is: says which file, which field, which value and what to write. */
import { CodedError } from '../coded-error.ts'

export class PolicyError extends CodedError {
  constructor(message: string) {
    super('policy_invalid', message)
  }
}
