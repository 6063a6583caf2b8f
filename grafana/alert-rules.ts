/** The alerts of `prometheus/rules`: what each compares with is the threshold that panels draw, so that it stands once. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Comparison, readExpression } from './expression.ts'

const RULES = join(import.meta.dirname, '../prometheus/rules')

const RuleFile = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string().optional(),
          expr: z.string(),
          labels: z.object({ severity: z.enum(['critical', 'warning', 'none']) }).optional(),
          annotations: z.object({ runbook_url: z.string(), dashboard_url: z.string() }).optional(),
        }),
      ),
    }),
  ),
})

export interface AlertRule {
  alert: string
  severity: 'critical' | 'warning' | 'none'
  /** The first number it compares with; none where it compares two series. */
  limit: Comparison | undefined
  dashboardUrl: string
}

const alertsIn = (file: string): AlertRule[] =>
  RuleFile.parse(parse(readFileSync(join(RULES, file), 'utf8'))).groups.flatMap(({ rules }) =>
    rules.flatMap(({ alert, expr, labels, annotations }) =>
      alert === undefined
        ? []
        : {
            alert,
            severity: labels?.severity ?? 'none',
            limit: readExpression(expr).comparisons[0],
            dashboardUrl: annotations?.dashboard_url ?? '',
          },
    ),
  )

export const ALERTS: ReadonlyMap<string, AlertRule> = new Map(
  readdirSync(RULES)
    .filter((file) => file.endsWith('.yml'))
    .flatMap(alertsIn)
    .map((rule) => [rule.alert, rule]),
)
