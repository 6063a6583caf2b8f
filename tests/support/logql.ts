/**
 * LogQL over a list of lines, for want of a Loki: Grafana's own grammar reads a query, and the stages that docs/logs.md
 * uses are carried out as Loki documents them. A stage that is not one of them throws, and never passes for a match.
 */
import { parser } from '@grafana/lezer-logql'

type Node = ReturnType<typeof parser.parse>['topNode']
type Labels = Readonly<Record<string, string>>

/** A line as a collector ships it: its text, when it was written (ms), and the labels of its stream. */
export interface Entry {
  text: string
  at: number
  labels: Labels
}

/** What a log query finds, or the series of a metric query: their labels and values at `now`. */
export type Found = { entries: Entry[] } | { series: { labels: Labels; value: number }[] }

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const EQUALITY: Record<string, (value: string, wanted: string) => boolean> = {
  Eq: (value, wanted) => value === wanted,
  Neq: (value, wanted) => value !== wanted,
  Re: (value, wanted) => new RegExp(`^(?:${wanted})$`).test(value),
  Nre: (value, wanted) => !new RegExp(`^(?:${wanted})$`).test(value),
}
const IN_LINE: Record<string, (line: string, wanted: string) => boolean> = {
  PipeExact: (line, wanted) => line.includes(wanted),
  PipeMatch: (line, wanted) => new RegExp(wanted).test(line),
  Neq: (line, wanted) => !line.includes(wanted),
  Nre: (line, wanted) => !new RegExp(wanted).test(line),
}
const ORDER: Record<string, (value: number, wanted: number) => boolean> = {
  Gtr: (value, wanted) => value > wanted,
  Gte: (value, wanted) => value >= wanted,
  Lss: (value, wanted) => value < wanted,
  Lte: (value, wanted) => value <= wanted,
}

const children = (node: Node): Node[] => {
  const found: Node[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child)
  return found
}

/** As `| json` does it: nested names joined by `_`, lists and nulls left out, and no name of the stream written over. */
const extracted = (value: object, stream: Labels, above = ''): [string, string][] =>
  Object.entries(value).flatMap(([key, inner]): [string, string][] => {
    const name = `${above}${key}`.replace(/[^A-Za-z0-9_]/g, '_')
    if (inner === null || Array.isArray(inner)) return []
    if (typeof inner === 'object') return extracted(inner, stream, `${name}_`)
    return [[name in stream ? `${name}_extracted` : name, String(inner)]]
  })

export const evaluate = (query: string, given: readonly Entry[], now: number): Found => {
  const textOf = (node: Node) => query.slice(node.from, node.to)
  const unknown = (node: Node): never => {
    throw new Error(`${node.name} (${textOf(node)}) of ${query} is not evaluated here`)
  }
  const stringOf = (node: Node | undefined): string => {
    const text = node ? textOf(node) : ''
    return text.startsWith('`') ? text.slice(1, -1) : JSON.parse(text)
  }
  const operation = <Operation>(table: Record<string, Operation>, node: Node): Operation =>
    table[node.name] ?? unknown(node)

  const matches = (matcher: Node, labels: Labels): boolean => {
    const [name, operator, wanted] = children(matcher) as [Node, Node, Node]
    return operation(EQUALITY, operator)(labels[textOf(name)] ?? '', stringOf(wanted))
  }
  const exceeds = (filter: Node, labels: Labels): boolean => {
    const [name, operator, wanted] = children(filter) as [Node, Node, Node]
    const value = labels[textOf(name)]
    return value !== undefined && operation(ORDER, operator)(Number(value), Number(textOf(wanted)))
  }
  const passes = (node: Node, { text, labels }: Entry): boolean => {
    const [first, ...others] = children(node)
    if (!first || others.length > 0) return unknown(node)
    if (first.name === 'Matcher') return matches(first, labels)
    if (first.name === 'NumberFilter') return exceeds(first, labels)
    const [filter, wanted, ...alternatives] = children(first)
    if (first.name !== 'LineFilter' || !filter?.firstChild || alternatives.length > 0) return unknown(node)
    return operation(IN_LINE, filter.firstChild)(text, stringOf(wanted))
  }
  const stage = (node: Node, entry: Entry): Entry | null => {
    if (node.name === 'LabelParser' && textOf(node) === 'json') {
      const labels = { ...entry.labels, ...Object.fromEntries(extracted(JSON.parse(entry.text), entry.labels)) }
      return { ...entry, labels }
    }
    return passes(node, entry) ? entry : null
  }

  /** The entries that the selector, the pipeline and the range under this node let through. */
  const select = (node: Node): Entry[] => {
    let entries = [...given]
    const walk = (part: Node): void => {
      if (part.name === 'Matcher') entries = entries.filter(({ labels }) => matches(part, labels))
      else if (part.name === 'Range') {
        const [, count = '', unit = ''] = /^\[(\d+)([a-z]+)\]$/.exec(textOf(part)) ?? unknown(part)
        const from = now - Number(count) * (UNITS[unit] ?? unknown(part))
        entries = entries.filter(({ at }) => at > from && at <= now)
      } else if (part.name === 'PipelineStage') {
        const [does] = children(part).filter(({ name }) => name !== 'Pipe')
        entries = entries.flatMap((entry) => (does ? (stage(does, entry) ?? []) : unknown(part)))
      } else if (['LogExpr', 'LogRangeExpr', 'Selector', 'Matchers', 'PipelineExpr'].includes(part.name))
        for (const child of children(part)) walk(child)
      else unknown(part)
    }
    walk(node)
    return entries
  }

  /** `sum by (…) (count_over_time(…))`, the one metric query there is. */
  const count = (sum: Node) => {
    const [operator, grouping, counting] = children(sum)
    const [range, lines] = children(counting?.firstChild ?? sum)
    if (!operator || !grouping || !range || !lines) return unknown(sum)
    if (textOf(operator) !== 'sum' || !/^by\b/.test(textOf(grouping)) || textOf(range) !== 'count_over_time')
      unknown(sum)
    const by: string[] = []
    grouping.cursor().iterate((part) => {
      if (part.name === 'Identifier') by.push(query.slice(part.from, part.to))
    })
    const series = new Map<string, { labels: Labels; value: number }>()
    for (const { labels: all } of select(lines)) {
      const labels = Object.fromEntries(by.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])))
      const key = JSON.stringify(labels)
      series.set(key, { labels, value: (series.get(key)?.value ?? 0) + 1 })
    }
    return [...series.values()]
  }

  const { topNode } = parser.parse(query)
  topNode.cursor().iterate((part) => {
    if (part.type.isError) throw new Error(`${query} is not LogQL at character ${part.from + 1}`)
  })
  const expression = topNode.firstChild?.firstChild
  if (expression?.name === 'LogExpr') return { entries: select(expression) }
  const sum = expression?.name === 'MetricExpr' ? expression.firstChild : null
  return sum?.name === 'VectorAggregationExpr' ? { series: count(sum) } : unknown(expression ?? topNode)
}
