/** What is written down of a walk: Markdown, in which every time is told from the fault. */
import type { AskedSeries } from '../dashboards/ask-prometheus.ts'

export interface Transcript {
  /** From here on times are counted. */
  faultIsNow(): void
  heading(text: string): void
  /** A paragraph, with the time before it. */
  note(text: string): void
  /** A block of this language and, below it, what came of it. */
  tried(language: 'promql' | 'sh', text: string, came: string): void
  text(): string
}

const WIDEST = 120
/** Of a table with more incidents than that, the first so many. */
const SHOWN = 5
const INCIDENTS = new RegExp(`(?:^[A-Z]{2}-[0-9a-f-]{23}  .*(?:\\n|$)){${SHOWN + 2},}`, 'gm')
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g
const DAY_MS = 86_400_000

const shortened = (text: string): string =>
  text.trimEnd().replace(INCIDENTS, (rows) => {
    const lines = rows.trimEnd().split('\n')
    return `${lines.slice(0, SHOWN).join('\n')}\n… and ${lines.length - SHOWN} more\n`
  })

/** As many words on a line as fit. */
const wrapped = (text: string): string => text.replace(new RegExp(`(.{1,${WIDEST}})( |$)`, 'g'), '$1\n').trimEnd()

/** `names`: what stands for what is different on every machine. */
export const openTranscript = (names: Readonly<Record<string, string>>): Transcript => {
  const parts: string[] = []
  let fault = Date.now()
  const after = (milliseconds: number) => {
    const seconds = Math.round((milliseconds - fault) / 1000)
    return `T${seconds < 0 ? '' : '+'}${seconds}s`
  }
  /** Times of fixtures are days away, and stay what they are. */
  const cleaned = (text: string) =>
    Object.entries(names)
      .reduce((cleaner, [own, name]) => cleaner.replaceAll(own, name), text)
      .replace(TIME, (time) => (Math.abs(Date.parse(time) - fault) < DAY_MS ? after(Date.parse(time)) : time))
      .replace(/ +$/gm, '')
  const block = (language: string, text: string) => parts.push(`\`\`\`${language}\n${text}\n\`\`\``)
  return {
    faultIsNow: () => {
      fault = Date.now()
    },
    heading: (text) => parts.push(`## ${text}`),
    note: (text) => parts.push(wrapped(`**${after(Date.now())}** ${text}`)),
    tried: (language, text, came) => {
      block(language, text)
      block('text', shortened(cleaned(came)) || '(nothing)')
    },
    text: () => `${parts.join('\n\n')}\n`,
  }
}

const lineOf = ({ __name__: _, ...labels }: AskedSeries['labels'], value: number) => {
  const pairs = Object.entries(labels).map(([name, text]) => `${name}="${text}"`)
  return `{${pairs.join(', ')}} ${Number(value.toPrecision(4))}`
}

/** One line a series, as Prometheus' own pages have it; of those that are 0, only their number where others are not. */
export const linesOf = (series: readonly AskedSeries[]): string => {
  const values = series
    .map(({ labels, samples }) => ({ labels, value: samples.at(-1)?.[1] ?? Number.NaN }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => b.value - a.value)
  const some = values.filter(({ value }) => value !== 0)
  const [zeros, few] = [values.length - some.length, values.length <= 3]
  const lines = (few ? values : some).map(({ labels, value }) => lineOf(labels, value))
  return [...lines, ...(few || zeros === 0 ? [] : [`${zeros} series of value 0`])].join('\n')
}
