/** The evaluated window in whole minutes, from what the rule's author wrote down. */
import { z } from 'zod'
import { Alert } from '../contracts/alert.ts'
import { plainNumber } from './plain-number.ts'

/** Keys that name the window, and so are not metrics. */
export const WINDOW_KEYS: readonly string[] = ['window', 'window_minutes']

const MINUTES = { ms: 1 / 60_000, s: 1 / 60, m: 1, h: 60, d: 1440, w: 10_080 }
type Unit = keyof typeof MINUTES

const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/
const PART = /(\d+(?:\.\d+)?)(ms|[smhdw])/g

const ISO = /^P(?:(\d+)D)?(?:T((?:\d+(?:\.\d+)?[HMS])+))?$/

/** `PT1H30M` in the form of the others. */
const fromIso = (text: string): string => {
  const [, days, time = ''] = ISO.exec(text) ?? []
  return `${days ? `${days}d` : ''}${time.toLowerCase()}`
}

/** `10m`, `1h30m`, `300s`, `PT10M` as minutes. */
const durationMinutes = (text: string): number | null => {
  const duration = text.startsWith('P') ? fromIso(text) : text
  return DURATION.test(duration)
    ? [...duration.matchAll(PART)].reduce((sum, [, count, unit]) => sum + Number(count) * MINUTES[unit as Unit], 0)
    : null
}

const Fields = z.object({ window: z.string().catch(''), window_minutes: z.unknown().optional() })

/** Rounded up, since half a minute seen is not a minute unseen; 0 where no usable window is named. */
export const windowMinutes = (fields: unknown): number => {
  const { window = '', window_minutes } = Fields.safeParse(fields).data ?? {}
  const minutes = plainNumber(window_minutes) ?? durationMinutes(window) ?? 0
  return Alert.shape.window_minutes.safeParse(Math.ceil(minutes)).data ?? 0
}
