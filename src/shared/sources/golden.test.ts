/**
 * Golden outputs: what every recorded delivery is read as. After a wanted change regenerate them and read the diff:
 * `UPDATE_GOLDEN=1 npx vitest run src/shared/sources/golden.test.ts`
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allFixtures, RECEIVED_AT } from '../../../tests/support/source-fixtures.ts'
import { findSource } from './index.ts'

test.each(allFixtures())('$path is read as its golden output', ({ source, body, headers, golden }) => {
  const readings = findSource(source)?.read(body, RECEIVED_AT, headers)
  if (process.env.UPDATE_GOLDEN) writeFileSync(golden, `${JSON.stringify(readings, null, 2)}\n`)
  expect(readings).toEqual(JSON.parse(readFileSync(golden, 'utf8')))
})
