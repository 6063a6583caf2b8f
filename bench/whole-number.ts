/** The value of an option that counts something: a whole number from 1. */
import { InvalidArgumentError } from 'commander'

/** Throws InvalidArgumentError for anything else. */
export const wholeNumber = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number from 1.')
  return value
}
