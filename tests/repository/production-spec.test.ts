/** docs/production-spec.md against the code: what it names exists, and what must be in it is there. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { OPERATIONS } from '../../src/producers/document/operations.ts'
import { EVERY_LINE, LOG_EVENTS, type LogEvent } from '../../src/shared/telemetry/log-events.ts'
import { createMetrics } from '../../src/shared/telemetry/metrics.ts'
import { repositoryFiles } from '../support/repository-files.ts'

const [spec] = repositoryFiles('docs', /^docs\/production-spec\.md$/)
const text = spec?.text ?? ''
const exists = (path: string) => existsSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)))

/** The rows of the first table behind a heading, without its head. */
const rowsUnder = (heading: RegExp): string[][] => {
  const [, behind = ''] = text.split(heading)
  const lines = behind.slice(behind.indexOf('\n|')).trimStart().split('\n')
  const end = lines.findIndex((line) => !line.startsWith('|'))
  return lines.slice(2, end).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

const alertsInForce = (): string[] =>
  repositoryFiles('prometheus', /^prometheus\/rules\/.*\.yml$/).flatMap(({ text }) =>
    [...text.matchAll(/^\s*- alert: (\w+)$/gm)].map(([, name = '']) => name),
  )

describe('docs/production-spec.md', () => {
  it('has every section, in order', () => {
    const sections = [...text.matchAll(/^## (\d+) /gm)].map(([, number]) => Number(number))
    expect(sections).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('names a test that is there for each of at least 16 failures, and leaves no cell open', () => {
    const failures = rowsUnder(/^## 5 /m)
    expect(failures.length).toBeGreaterThanOrEqual(16)
    for (const cells of failures) {
      expect(cells.every((cell) => cell !== '')).toBe(true)
      expect(cells.at(-1)).toMatch(/^`(src|tests)\/[\w/.-]+\.test\.ts`$/)
      expect(exists((cells.at(-1) ?? '').replaceAll('`', '')), cells.at(-1)).toBe(true)
    }
  })

  it('has every endpoint of the API', () => {
    const endpoints = rowsUnder(/^### Endpoints/m).map(([names = '']) => names.replaceAll('`', '').split(', '))
    expect(endpoints.flat()).toEqual(expect.arrayContaining(Object.keys(OPERATIONS)))
  })

  it('shows a log line as it is written', () => {
    const [, line = ''] = /^```json\n([^`]+)```$/m.exec(text) ?? []
    const written: { event: LogEvent; level: string } = JSON.parse(line)
    const { level, fields } = LOG_EVENTS[written.event]
    expect(written.level).toBe(level)
    expect([...EVERY_LINE, ...fields]).toEqual(expect.arrayContaining(Object.keys(written)))
  })

  it('names only metrics that are exported', async () => {
    const exported = (await createMetrics('test').registry.getMetricsAsJSON()).map(({ name }) => name)
    const named = [...new Set([...text.matchAll(/interlock_[a-z0-9_]+/g)].map(([name]) => name))]
    expect(named.length).toBeGreaterThan(15)
    expect(named.filter((name) => !exported.includes(name))).toEqual([])
  })

  it('has the alerts of prometheus/rules, each once, and names no other', () => {
    const alerts = alertsInForce()
    expect(alerts.length).toBeGreaterThan(20)
    expect(rowsUnder(/^### Alerts/m).map(([name]) => name)).toEqual(expect.arrayContaining(alerts))
    expect(rowsUnder(/^### Alerts/m)).toHaveLength(alerts.length)
    const elsewhere = [/^## 5 /m, /^### Kill-switch matrix/m, /^### GameDays/m].flatMap((heading) =>
      rowsUnder(heading).flatMap((cells) => cells.join(' ').match(/\b(?:[A-Z][a-z]+){2,}\b/g) ?? []),
    )
    expect(elsewhere.length).toBeGreaterThan(20)
    expect(elsewhere.filter((name) => ![...alerts, 'GameDay'].includes(name))).toEqual([])
  })

  it('links only to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, path = '']) => path)
    expect(links.length).toBeGreaterThan(8)
    expect(links.filter((path) => !exists(`docs/${path}`))).toEqual([])
  })

  it('gives each step of the flow a share of the 30 s, which add up', () => {
    const seconds = rowsUnder(/^## 4 /m).map((cells) => Number(cells.at(-1)?.replace(' s', '')))
    const total = seconds.pop()
    expect(seconds.length).toBeGreaterThan(3)
    expect(seconds.reduce((sum, each) => sum + each, 0)).toBe(total)
    expect(total).toBe(30)
  })

  it('has at least 8 threats with their mitigation, and 4 experiments with alert and deadline', () => {
    expect(rowsUnder(/^## 9 /m).filter(([, mitigation]) => mitigation).length).toBeGreaterThanOrEqual(8)
    expect(
      rowsUnder(/^### GameDays/m).filter((cells) => cells.every((cell) => cell !== '')).length,
    ).toBeGreaterThanOrEqual(4)
  })
})
