/** The numbers a source measured, by the names it gives them. */
import { z } from 'zod'
import { plainNumber } from './plain-number.ts'
import { isOfSomebody } from './redaction-rules.ts'
import { WINDOW_KEYS } from './window.ts'

type Numbers = Record<string, number>

const Entries = z.record(z.string(), z.unknown())

/** Double underscores mark a sender's private keys, and `__proto__`. */
const NAME = /^(?!__)[A-Za-z_][A-Za-z0-9_]{0,63}$/

const isMeasurement = (name: string): boolean => NAME.test(name) && !WINDOW_KEYS.includes(name) && !isOfSomebody(name)

/** The entries that are plain finite numbers under an identifier, the window and numbers of persons and accounts aside. */
export const numbersIn = (fields: unknown): Numbers =>
  Object.fromEntries(
    Object.entries(Entries.safeParse(fields).data ?? {}).flatMap(([name, value]) => {
      const number = plainNumber(value)
      return number !== null && isMeasurement(name) ? [[name, number]] : []
    }),
  )

/**
 * Grafana's `values` hold every expression of the rule by refID, the threshold's own 0 or 1 included. That one is the
 * rule's condition, by convention its last expression, and no measurement.
 */
export const refIdNumbers = (values: unknown): Numbers => {
  const numbers = numbersIn(values)
  const last = Object.keys(numbers).sort().at(-1)
  if (last === undefined || ![0, 1].includes(numbers[last] ?? Number.NaN)) return numbers
  const { [last]: _condition, ...measured } = numbers
  return measured
}

/** One number under the name its source gives it, made an identifier: `kubernetes.memory.usage` with underscores. */
export const measurement = (name: string, value: unknown): Numbers => {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return numbersIn({ [words.join('_')]: value })
}
