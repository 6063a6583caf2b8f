/** docs/add-a-source.md, followed word by word in a copy of the checkout: first the mapping, then the adapter. */
import { expect, it } from 'vitest'
import { followGuide } from './follow-guide.ts'

it('leads to a source that passes every check and reads what the guide shows', { timeout: 600_000 }, async () => {
  expect(await followGuide('docs/add-a-source.md')).toBeGreaterThan(5)
})
