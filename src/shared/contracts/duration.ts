/** Lengths of time as policies and variables write them, and as people read them. */
import { z } from 'zod'

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const
const FORM = /^(\d+)(ms|s|m|h|d)$/

/** A century: far beyond what anybody means, and safe for every clock and script that counts with it. */
const LONGEST = 36_500 * UNITS.d

/** Parsed to milliseconds. */
export const Duration = z
  .string()
  .regex(FORM, 'a duration looks like 60s, 15m, 1h or 7d')
  .transform((text) => {
    const [, count, unit] = FORM.exec(text) ?? []
    return Number(count) * UNITS[unit as keyof typeof UNITS]
  })
  .refine((milliseconds) => milliseconds <= LONGEST, 'a duration is at most 36500d')

/** `7d 3h`: the two largest units that are not 0. */
export const durationText = (milliseconds: number): string => {
  let rest = Math.round(milliseconds)
  const parts = Object.entries(UNITS).flatMap(([unit, length]) => {
    const count = Math.floor(rest / length)
    rest -= count * length
    return count === 0 ? [] : [`${count}${unit}`]
  })
  return parts.slice(0, 2).join(' ') || '0s'
}
