/** Controls and the quick build change texts of the sources: whoever changes those learns it here, and not from a control. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { QUICK } from '../harness/build.ts'
import { WITHOUT } from './guards.ts'
import { LEDGER_GUARDS } from './ledger-guards.ts'

const CHANGED_BY = {
  'the quick build': QUICK,
  ...Object.fromEntries(Object.values(WITHOUT).map((one) => [one.name, one.changes])),
  'the ledger controls': LEDGER_GUARDS.map(({ file, from }) => ({ file: `src/shared/ledger/${file}`, from })),
}

const read = (path: string) => readFileSync(join(import.meta.dirname, '../../..', path), 'utf8')

test.each(Object.entries(CHANGED_BY).flatMap(([by, changes]) => changes.map((change) => ({ by, ...change }))))(
  '$by: $file has $from once',
  ({ file, from }) => {
    const times = read(file).split(from).length - 1
    expect(
      times,
      `${file} has ${JSON.stringify(from)} ${times} times, not once: name another text in tests/faults`,
    ).toBe(1)
  },
)

test.each(LEDGER_GUARDS)('$suite has the test that $file without $without turns red', ({ suite, test }) => {
  const [named = ''] = test.split(/ ?\{/)
  expect(read(suite)).toContain(named)
})
