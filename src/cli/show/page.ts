/** What every part of `interlock show` is drawn with: the width, the colours, and the few words all of them use. Pure. */
import type { Colours } from '../colours.ts'

export interface Page {
  /** Columns. */
  width: number
  colours: Colours
}

export const section = (title: string, lines: readonly string[], { colours }: Page): string[] =>
  lines.length === 0 ? [] : ['', colours.bold(title), ...lines]

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** `3 min`: the largest unit that fits; below a second in `ms`. */
export const span = (milliseconds: number): string => {
  const unit = UNITS.find(([, length]) => milliseconds >= length)
  return unit ? `${Math.floor(milliseconds / unit[1])} ${unit[0]}` : `${Math.max(0, Math.round(milliseconds))} ms`
}

/** From one RFC 3339 time to another. */
export const between = (from: string, to: string): string => span(Date.parse(to) - Date.parse(from))
