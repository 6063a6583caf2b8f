/** docs/on-call-walk.md against what it names: walks, alerts, runbooks, panels, and everything that was pasted. */
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { alertsOf, expressionsOf, panelsOf, readDashboards } from '../dashboards/parts.ts'
import { repositoryFiles } from '../support/repository-files.ts'
import { runbooks } from '../support/runbook.ts'
import { WALKS } from './walks/index.ts'

const [doc] = repositoryFiles('docs', /^docs\/on-call-walk\.md$/)
const text = doc?.text ?? ''
const books = runbooks()
const pasted = books.flatMap(({ pastes }) => pastes.map((paste) => paste.text))
const asked = readDashboards().flatMap(expressionsOf)
const blocks = (language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)\\n\`\`\`$`, 'gms'))].map(([, block = '']) => block)

it.each(WALKS)('$title ends with its alert resolved', ({ title, alert }) => {
  const [, walk = ''] = text.split(`## ${title}\n`)
  expect(walk.split('\n## ')[0]).toContain(`**${alert}** is resolved`)
  expect(walk).toContain(`](runbooks/${alert}.md)`)
  expect(books.map(({ name }) => name)).toContain(alert)
  expect(readDashboards().flatMap(panelsOf).flatMap(alertsOf)).toContain(alert)
})

describe('what was pasted stands where it was found:', () => {
  it.each([...new Set(blocks('promql'))])('%s', (query) => {
    expect([...pasted, ...asked.map(({ expr }) => expr)]).toContain(query)
  })

  /** `ID` was an incident's; `<stage>` is the reader's to put in. */
  const general = (command: string) =>
    command
      .replace(/\b[A-Z]{2}-\d{4}-\d\d-\d\d-[0-9a-f]+\b/, 'ID')
      .replace(/^interlock worker [\w-]+$/, 'interlock worker <stage>')

  it.each([...new Set(blocks('sh'))])('%s', (command) => {
    expect(Object.keys(COMMANDS)).toContain(command.split(' ')[1])
    if (general(command).endsWith('<stage>'))
      expect(books.some((book) => book.text.includes(general(command)))).toBe(true)
    else expect(pasted).toContain(general(command))
  })
})
