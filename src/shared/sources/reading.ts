/** The ways to answer for one alert, and the one wording of a rejection: field, value, fix. */
import type { z } from 'zod'
import { Alert } from '../contracts/alert.ts'
import { isLongNumber, isRevealing, isSensitive } from './sensitive-text.ts'
import type { Reading } from './source.ts'
import { valueAt } from './value-at.ts'

/** Enough to recognise a value by, too little to smuggle a document into the logs. */
const LONGEST = 80

/** One word that tells nothing of a person, a secret or a network. */
const isPlain = (text: string): boolean => text.length <= LONGEST && /^[\x21-\x7e]*$/.test(text) && !isRevealing(text)

/**
 * A stranger's value for people to read: one word, quoted so that it cannot steer a terminal. Answers and logs have it, so
 * that of what somebody may have written it says how long it is.
 */
export const shown = (value: unknown): string => {
  if (value === undefined) return 'missing'
  if (typeof value === 'string') return isPlain(value) ? JSON.stringify(value) : `a text of ${value.length} characters`
  if (typeof value === 'number' && isLongNumber(value)) return 'a long number'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

export const ignored = (reason: string): Reading => ({ reading: 'ignored', reason })

export const rejected = (field: string, value: unknown, fix: string): Reading => ({
  reading: 'rejected',
  reason: `${field} is ${shown(value)}: ${fix}`,
})

/** Rejects for the first thing that is wrong; `at` is where `input` stands in the delivery, e.g. `alerts[2]`. */
export const rejectedBy = (error: z.ZodError, input: unknown, at: string): Reading => {
  const path = error.issues[0]?.path ?? []
  const field = path.reduce<string>(
    (name, key) => (typeof key === 'number' ? `${name}[${key}]` : `${name}${name && '.'}${String(key)}`),
    at,
  )
  return rejected(field || 'the body', valueAt(input, path), error.issues[0]?.message ?? 'not understood')
}

const NAMES = ['service', 'namespace', 'pod'] as const

/**
 * The last gate of every adapter: what does not satisfy the contract never leaves it as an alert, nor does what would be
 * kept under a name and is a person's address or a secret.
 */
export const alertReading = (candidate: z.input<typeof Alert>, at: string): Reading => {
  const parsed = Alert.safeParse(candidate)
  if (!parsed.success) return rejectedBy(parsed.error, candidate, at)
  const alert = parsed.data
  const told = NAMES.find((name) => isSensitive(alert[name]))
  if (told !== undefined)
    return rejected(
      `${at}${at && '.'}${told}`,
      alert[told],
      'send a name: an address, a number to call or a secret is none',
    )
  return { reading: 'alert', alert }
}
