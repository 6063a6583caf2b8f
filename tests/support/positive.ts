/** The value of an option that is a number above 0. */
import { InvalidArgumentError } from 'commander'

/** Throws InvalidArgumentError for anything else. */
export const positive = (text: string): number => {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('must be a number above 0')
  return value
}
