import { expect, it } from 'vitest'
import { Duration, durationText } from './duration.ts'

it.each([
  ['500ms', 500],
  ['60s', 60_000],
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['7d', 604_800_000],
])('%s is %i ms, and is written the shortest way', (text, milliseconds) => {
  expect(Duration.parse(text)).toBe(milliseconds)
  expect(Duration.parse(durationText(milliseconds))).toBe(milliseconds)
})

it.each([
  [0, '0s'],
  [604_800_001, '7d 1ms'],
  [90_061_000, '1d 1h'],
  [119_999, '1m 59s'],
])('%i ms is %s', (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text)
})

it.each(['1', 'm', '1 h', '-1h', '1.5h', '1w', '36501d', '99999999999999999d'])('%s is not a duration', (text) => {
  expect(Duration.safeParse(text).success).toBe(false)
})
