/** Every way in which one rule of a file can be a little wrong: one number, duration, operator, guard or label at a time. */
import { isMap, isScalar, isSeq, parseDocument, type Scalar, type YAMLMap } from 'yaml'
import { type Token, tokensOf } from './tokens.ts'

export interface Mutant {
  /** The alert or the recorded series. */
  rule: string
  /** From 1, in the file. */
  line: number
  /** As `> becomes >=`. */
  change: string
  /** The whole file with the change in it. */
  text: string
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 }
const secondsOf = (duration: string): number =>
  [...duration.matchAll(/(\d+)([smhdwy])/g)].reduce(
    (sum, [, n, unit = '']) => sum + Number(n) * (SECONDS[unit] ?? 0),
    0,
  )

const halvedAndDoubled = (duration: string): string[] =>
  [0.5, 2].map((factor) => `${Math.round(secondsOf(duration) * factor)}s`)

/** Small whole numbers by one, others by a twentieth: a threshold is not tested that may move further than that. */
const nudged = (text: string): string[] => {
  const value = Number(text)
  if (value === 0) return ['1', '(-1)']
  if (Number.isInteger(value) && value < 20) return [String(value + 1), String(value - 1)]
  return [1.05, 0.95].map((factor) => String(Number((value * factor).toPrecision(6))))
}

const OTHERS: Readonly<Record<string, readonly string[]>> = {
  ...{ '>': ['>=', '<'], '>=': ['>', '<'], '<': ['<=', '>'], '<=': ['<', '>'], '==': ['!='], '!=': ['=='] },
  ...{ and: ['or', 'unless'], or: ['and', 'unless'], unless: ['and', 'or'] },
  ...{ max: ['min'], min: ['max'], sum: ['max'] },
  ...{ max_over_time: ['min_over_time'], min_over_time: ['max_over_time'] },
  ...{ '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'] },
}
const MATCHERS: Readonly<Record<string, readonly string[]>> = { '=': ['!='], '!=': ['='], '=~': ['!~'], '!~': ['=~'] }

/** A pattern of alternatives, with one of them left out. */
const withoutOne = (text: string): string[] => {
  const alternatives = text.slice(1, -1).split('|')
  if (alternatives.length === 1) return []
  return alternatives.map((_, left) => `"${alternatives.filter((_, at) => at !== left).join('|')}"`)
}

const replacements = ({ kind, text }: Token): readonly string[] => {
  if (kind === 'number') return nudged(text)
  if (kind === 'duration') return halvedAndDoubled(text)
  if (kind === 'string') return withoutOne(text)
  return (kind === 'matcher' ? MATCHERS : OTHERS)[text] ?? []
}

const LABELS: Readonly<Record<string, readonly string[]>> = {
  severity: ['critical', 'warning', 'none'],
  alert_type: ['symptom', 'cause'],
  service: ['interlock', 'other'],
}

interface Place {
  at: number
  was: string
  becomes: string
}

const placesIn = (rule: YAMLMap, source: string): Place[] => {
  const scalar = (map: unknown, key: string): Scalar | null => {
    const node = isMap(map) ? map.get(key, true) : null
    return isScalar(node) ? node : null
  }
  const written = (node: Scalar | null) => {
    const [from = 0, to = 0] = node?.range ?? []
    return { from, text: source.slice(from, to) }
  }
  const expression = written(scalar(rule, 'expr'))
  const wait = written(scalar(rule, 'for'))
  return [
    ...tokensOf(expression.text)
      // What always fires does so whatever its number is.
      .filter(
        ({ kind, text, at }) => kind !== 'number' || !expression.text.slice(0, at).endsWith('vector(') || text !== '1',
      )
      .flatMap((token) =>
        replacements(token).map((becomes) => ({ at: expression.from + token.at, was: token.text, becomes })),
      ),
    ...(wait.text ? halvedAndDoubled(wait.text) : []).map((becomes) => ({ at: wait.from, was: wait.text, becomes })),
    ...Object.entries(LABELS).flatMap(([label, values]) => {
      const { from, text } = written(scalar(rule.get('labels'), label))
      return text === ''
        ? []
        : values.flatMap((value) => (value === text ? [] : [{ at: from, was: text, becomes: value }]))
    }),
  ]
}

export const mutantsOf = (source: string): Mutant[] => {
  const groups = parseDocument(source).get('groups')
  const rules = (isSeq(groups) ? groups.items : []).flatMap((group) => {
    const inGroup = isMap(group) ? group.get('rules') : null
    return isSeq(inGroup) ? inGroup.items.filter((rule) => isMap(rule)) : []
  })
  return rules.flatMap((rule) =>
    placesIn(rule, source).map(({ at, was, becomes }) => ({
      rule: String(rule.get('alert') ?? rule.get('record')),
      line: source.slice(0, at).split('\n').length,
      change: `${was} becomes ${becomes}`,
      text: source.slice(0, at) + becomes + source.slice(at + was.length),
    })),
  )
}
