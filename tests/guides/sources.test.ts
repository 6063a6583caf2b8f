/** docs/sources.md names every source, and its template for Datadog sends all that the adapter reads. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { findSource, SOURCES } from '../../src/shared/sources/index.ts'
import { fixtureBody } from '../support/fixture.ts'
import { RECEIVED_AT } from '../support/source-fixtures.ts'

const guide = readFileSync(new URL('../../docs/sources.md', import.meta.url), 'utf8')

it.each(['what is read of it', 'What each was shown by'])(
  'has a row for every source, in their order, in %j',
  (part) => {
    const [what = '', shown = ''] = guide.split(/^## What each was shown by$/m)
    const rows = (part === 'What each was shown by' ? shown : what).matchAll(/^\| `([a-z_]+)`/gm)
    expect([...rows].map(([, name]) => name)).toEqual(SOURCES.map(({ name }) => name))
  },
)

it('has a template that Datadog fills in to what is read of it', () => {
  const template: Record<string, string> = JSON.parse(/```json\n([\s\S]*?)\n {2}```/.exec(guide)?.[1] ?? '{}')
  const sent = fixtureBody('webhooks/datadog/recommended_payload.triggered.json') as Record<string, unknown>
  const filled = Object.fromEntries(Object.keys(template).map((name) => [name, sent[name]]))
  const datadog = findSource('datadog')
  expect(datadog?.read(filled, RECEIVED_AT)).toEqual(datadog?.read(sent, RECEIVED_AT))
  expect(datadog?.read(template, RECEIVED_AT)).toMatchObject([{ reading: 'rejected' }])
})
