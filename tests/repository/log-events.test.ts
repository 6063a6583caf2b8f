/** docs/logs.md and the closed list of log events say the same. */
import { describe, expect, it } from 'vitest'
import { EVERY_LINE, LOG_EVENTS } from '../../src/shared/telemetry/log-events.ts'
import { repositoryFiles } from '../support/repository-files.ts'
import { tableUnder } from '../support/tables.ts'

const [guide] = repositoryFiles('docs', /^docs\/logs\.md$/)
const text = guide?.text ?? ''
const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ') || 'none'

describe('docs/logs.md', () => {
  it('has every event, with its level, its fields and its meaning, in the order of the list', () => {
    expect(tableUnder(text, 'Events')).toEqual(
      Object.entries(LOG_EVENTS).map(([event, { level, fields, meaning }]) => [
        `\`${event}\``,
        level,
        code(fields),
        meaning,
      ]),
    )
  })

  it('explains every field that an event has, and no other', () => {
    const fields: string[] = Object.values(LOG_EVENTS).flatMap((event) => [...event.fields])
    expect(tableUnder(text, 'Fields').map(([name]) => name)).toHaveLength(new Set(fields).size)
    expect(
      tableUnder(text, 'Fields')
        .map(([name]) => name)
        .sort(),
    ).toEqual([...new Set(fields)].map((field) => `\`${field}\``).sort())
    for (const field of EVERY_LINE) expect(text).toContain(`\`${field}\``)
  })
})
