/** Wraps text to a width, and sets names beside their texts: the layout of what a person reads in a terminal. Pure. */
import { stripVTControlCharacters } from 'node:util'

const NARROWEST = 24

/** Text from payloads and policies: without anything that could steer a terminal. */
const clean = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()

/** At least one line. A word longer than the width (a link) stays whole, so that it can be clicked and copied. */
export const wrap = (text: string, width: number): string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of clean(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > Math.max(width, NARROWEST)) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

export interface Row {
  name: string
  text: string
  /** Colours each line of the text, after it was wrapped. */
  paint?: (line: string) => string
}

const INDENT = 2
const GAP = 2

/** Two columns: the names as wide as the widest, each text wrapped beside its name. */
export const rows = (items: readonly Row[], width: number): string[] => {
  const names = Math.max(...items.map(({ name }) => name.length))
  const column = INDENT + names + GAP
  return items.flatMap(({ name, text, paint = (line) => line }) =>
    wrap(text, width - column).map((line, position) => {
      const margin = position === 0 ? ' '.repeat(INDENT) + name.padEnd(names + GAP) : ' '.repeat(column)
      return (margin + paint(line)).trimEnd()
    }),
  )
}

/** One item a line, each wrapped under itself behind a dash. */
export const bullets = (items: readonly string[], width: number): string[] =>
  rows(
    items.map((text) => ({ name: '-', text })),
    width,
  )
