/** Every guard in the ledger's Lua, taken out of a copy of the checkout: the test that it is there for must turn red. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LEDGER_GUARDS } from './ledger-guards.ts'

const ROOT = join(import.meta.dirname, '../../..')
const COPY = join(ROOT, '.cache/ledger-controls')
const REPORT = join(COPY, 'report.json')
const COPIED = [
  'bench',
  'bin',
  'docs',
  'fixtures',
  'policies',
  'scripts',
  'src',
  'tests',
  'package.json',
  'vitest.config.ts',
]

beforeAll(() => {
  rmSync(COPY, { recursive: true, force: true })
  mkdirSync(COPY, { recursive: true })
  for (const path of COPIED) cpSync(join(ROOT, path), join(COPY, path), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(COPY, 'node_modules'))
})
afterAll(() => rmSync(COPY, { recursive: true, force: true }))

const literally = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** What became of the tests of that name, or of all, in the copy. A file that cannot even be read is not a test that failed. */
const outcomesOf = (suites: readonly string[], test = ''): Set<string> => {
  const name = literally(test.replaceAll(/[{}]/g, ''))
  rmSync(REPORT, { force: true })
  const vitest = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...suites]
  const options = ['--project', 'redis', '--reporter=json', `--outputFile=${REPORT}`, '-t', name]
  const { output } = spawnSync(process.execPath, [...vitest, ...options], { cwd: COPY, encoding: 'utf8' })
  try {
    const { testResults } = JSON.parse(readFileSync(REPORT, 'utf8')) as {
      testResults: { message: string; assertionResults: { status: string }[] }[]
    }
    if (testResults.length !== suites.length) throw new Error(`of ${suites.join(', ')} not all were found`)
    for (const { message, assertionResults } of testResults) if (assertionResults.length === 0) throw new Error(message)
    const all = testResults.flatMap((file) => file.assertionResults).map(({ status }) => status)
    return new Set(all.filter((status) => status !== 'skipped'))
  } catch {
    throw new Error(output.join('\n'))
  }
}

test('with every guard, all is green', { timeout: 600_000 }, () => {
  expect(outcomesOf([...new Set(LEDGER_GUARDS.map(({ suite }) => suite))])).toEqual(new Set(['passed']))
})

describe('turns red:', () => {
  test.each(LEDGER_GUARDS)('$file without $without', { timeout: 300_000 }, ({ file, from, to, suite, test }) => {
    const path = join(COPY, 'src/shared/ledger', file)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.split(from).join(to))
    try {
      expect(outcomesOf([suite], test)).toEqual(new Set(['failed']))
    } finally {
      writeFileSync(path, text)
    }
  })
})
