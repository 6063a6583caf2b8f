/** The rules in prometheus/: checked and tested by promtool, and what every alert must carry. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { repositoryFiles } from './support/repository-files.ts'
import { runTool } from './support/run-tool.ts'

interface Alert {
  alert?: string
  labels: Record<string, string>
  annotations: Record<string, string>
}
interface RuleTest {
  tests: { promql_expr_test: { exp_samples: unknown[] }[]; alert_rule_test?: { exp_alerts: unknown[] }[] }[]
}

const rules = repositoryFiles('prometheus/rules')
const tests = repositoryFiles('prometheus/tests')
const alerts = rules.flatMap(({ text }) =>
  parse(text).groups.flatMap(({ rules }: { rules: Alert[] }) => rules.filter(({ alert }) => alert)),
) as Required<Alert>[]

describe('promtool', () => {
  it('finds nothing wrong with the rules', async () => {
    const { status, output } = await runTool('promtool', ['check', 'rules', ...rules.map(({ path }) => path)])
    expect({ status, failed: /FAILED|error/.test(output) }, output).toEqual({ status: 0, failed: false })
  })

  it('finds nothing wrong with the configuration, and the rules by it', async () => {
    const { status, output } = await runTool('promtool', ['check', 'config', 'prometheus/prometheus.yml'])
    expect(status, output).toBe(0)
    expect(output.match(/rules found/g)).toHaveLength(rules.length)
  })

  it('sees every test of the rules pass', async () => {
    const { status, output } = await runTool('promtool', ['test', 'rules', ...tests.map(({ path }) => path)])
    expect(status, output).toBe(0)
  })

  it('would see one fail', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'interlock-rules-'))
    cpSync('prometheus', folder, { recursive: true })
    const file = join(folder, 'rules/queues.yml')
    writeFileSync(file, readFileSync(file, 'utf8').replace('> 60', '> 61'))
    const { status, output } = await runTool('promtool', ['test', 'rules', join(folder, 'tests/QueueStalled.yml')])
    rmSync(folder, { recursive: true })
    expect(status).not.toBe(0)
    expect(output).toContain('got:')
  })
})

describe('every alert', () => {
  it('is there once', () => {
    expect(alerts).toHaveLength(new Set(alerts.map(({ alert }) => alert)).size)
    expect(alerts).toHaveLength(28)
  })

  it.each(alerts)('$alert says whom it wakes, what it means and where to go on', ({ alert, labels, annotations }) => {
    expect(Object.keys(labels).sort()).toEqual(['alert_type', 'service', 'severity'])
    expect(labels.severity).toMatch(alert === 'Watchdog' ? /^none$/ : /^(critical|warning)$/)
    expect(labels.alert_type).toMatch(/^(symptom|cause)$/)
    expect(Object.keys(annotations)).toEqual(['summary', 'description', 'runbook_url', 'dashboard_url'])
    expect(annotations.runbook_url).toBe(`{{ $externalLabels.runbooks }}/${alert}.md`)
    expect(annotations.dashboard_url).toMatch(/^\{\{ \$externalLabels\.grafana \}\}\/d\/[a-z-]+$/)
  })

  it.each(alerts)('$alert is shown firing, and not firing', ({ alert }) => {
    const { tests }: RuleTest = parse(readFileSync(`prometheus/tests/${alert}.yml`, 'utf8'))
    const shown = tests.flatMap(({ promql_expr_test }) => promql_expr_test)
    expect(shown.some(({ exp_samples }) => exp_samples.length > 0)).toBe(true)
    if (alert !== 'Watchdog') expect(shown.some(({ exp_samples }) => exp_samples.length === 0)).toBe(true)
    expect(tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test)).not.toHaveLength(0)
  })
})
