/** Every experiment against what it relies on: an alert that exists, a runbook, a deadline that its rule can keep. */
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { repositoryFiles } from '../support/repository-files.ts'
import { secondsOf } from './experiment.ts'
import { EXPERIMENTS } from './experiments/index.ts'

interface Rule {
  alert?: string
  for?: string
}

const alerts = new Map(
  repositoryFiles('prometheus/rules', /\.yml$/)
    .flatMap(({ text }) => parse(text).groups.flatMap(({ rules }: { rules: Rule[] }) => rules) as Rule[])
    .flatMap(({ alert, for: held = '0s' }) => (alert ? [[alert, held] as const] : [])),
)
const runbooks = repositoryFiles('docs', /^docs\/runbooks\//).map(({ path }) => path)
const [guide] = repositoryFiles('docs', /^docs\/gameday\.md$/)
const files = repositoryFiles('tests/gameday/experiments', /(?<!index)\.ts$/)

it('is one file and one line in the index', () => {
  expect(files.map(({ path }) => path.replace(/^.*\/|\.ts$/g, '')).sort()).toEqual(
    EXPERIMENTS.map(({ name }) => name).sort(),
  )
})

it.each(EXPERIMENTS)('$name names an alert with a runbook, and stands in the guide', ({ name, alert }) => {
  expect([...alerts.keys()]).toContain(alert)
  expect(runbooks).toContain(`docs/runbooks/${alert}.md`)
  expect(guide?.text).toContain(`| \`${name}\``)
  expect(guide?.text).toContain(`[${alert}](runbooks/${alert}.md)`)
})

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600 }

it.each(EXPERIMENTS)('$name gives its alert longer than the rule itself waits', ({ alert, fires, recovers }) => {
  const [, count, unit = ''] = /^(\d+)([smh])$/.exec(alerts.get(alert) ?? '') ?? []
  const held = Number(count) * (SECONDS[unit] ?? Number.NaN)
  for (const scale of [1, 0.1]) {
    expect(secondsOf(fires, scale)).toBeGreaterThan(held * scale)
    expect(secondsOf(recovers, scale)).toBeGreaterThan(0)
  }
})
