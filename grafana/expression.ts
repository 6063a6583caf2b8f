/** What stands in a PromQL expression, read by Prometheus' own grammar. */
import { parser } from '@prometheus-io/lezer-promql'

export interface Selector {
  metric: string
  /** As written: `queue="readiness"`. */
  matchers: string[]
}

export interface Comparison {
  operator: string
  value: number
}

export interface Expression {
  /** False where Prometheus would refuse it. */
  parses: boolean
  selectors: Selector[]
  /** With a number, from left to right. */
  comparisons: Comparison[]
}

const COMPARING = new Set(['Gtr', 'Gte', 'Lss', 'Lte', 'Eql', 'Neq'])

/** What Grafana puts in for its variables does not matter to the grammar, as long as there is something. */
const withoutVariables = (text: string): string => text.replaceAll(/\$__\w+/g, '5m')

export const readExpression = (written: string): Expression => {
  const text = withoutVariables(written)
  const read: Expression = { parses: true, selectors: [], comparisons: [] }
  parser.parse(text).iterate({
    enter: ({ type, name, from, to, node }) => {
      const inside = (kind: string) => node.getChildren(kind).map((child) => text.slice(child.from, child.to))
      if (type.isError) read.parses = false
      if (name === 'VectorSelector') {
        const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []
        const [metric = ''] = inside('Identifier')
        read.selectors.push({ metric, matchers: matchers.map((one) => text.slice(one.from, one.to)) })
      }
      if (COMPARING.has(name) && node.nextSibling?.name === 'NumberDurationLiteral')
        read.comparisons.push({
          operator: text.slice(from, to),
          value: Number(text.slice(node.nextSibling.from, node.nextSibling.to)),
        })
    },
  })
  return read
}
