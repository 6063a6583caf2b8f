/** What must not be in any file of the checkout. */
import { describe, expect, it } from 'vitest'
import { repositoryFiles } from '../support/repository-files.ts'

const all = repositoryFiles('')
const source = all.filter(({ path }) => /^src\/.*\.ts$/.test(path))
const code = source.filter(({ path }) => !/\.(test|fixture)\.ts$/.test(path))
const tests = all.filter(({ path }) => /\.test\.ts$/.test(path))
const lock = all.filter(({ path }) => path === 'package-lock.json')

/** Every line that matches, as `path:line: text`. A pattern must not match itself: this file is looked at too. */
const linesWith = (files: typeof all, pattern: RegExp): string[] =>
  files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${line.trim().slice(0, 120)}`] : [])),
  )

const RULES = [
  {
    what: 'no path of the machine it was written on',
    files: all,
    pattern: /(?<![\w.~-])\/(work|root|Users|home\/\w+)\//,
    sample: 'see /work\x2fx',
  },
  {
    what: 'no test that is skipped, focused or left for later',
    files: tests,
    pattern: /\b(it|test|describe|suite|bench)\.(skip|only|todo|skipIf|runIf|fails)\b|\bx(it|describe)\(/,
    sample: 'it\x2eonly(',
  },
  { what: 'no note to do something later', files: source, pattern: /\b(TODO|FIXME|XXX|HACK)\b/, sample: '// TODO' },
  { what: 'no suppressed check', files: source, pattern: /@ts-(ignore|nocheck)/, sample: '// @ts-ignore' },
  {
    what: 'no registry in the lock file',
    files: lock,
    pattern: /"resolved"|\.tgz"/,
    sample: '"resolved": "https://registry/a.tgz"',
  },
  { what: 'no merge conflict', files: all, pattern: /^(<{7}|>{7}) /, sample: `${'<'.repeat(7)} HEAD` },
]

describe('the checkout has', () => {
  it.each(RULES)('$what', ({ files, pattern, sample }) => {
    expect(files.length).toBeGreaterThan(0)
    expect(linesWith([{ path: 'sample', text: sample }], pattern)).toHaveLength(1)
    expect(linesWith(files, pattern)).toEqual([])
  })

  it('no file in src of more than 220 lines, tables of tests aside', () => {
    expect(code.filter(({ text }) => text.split('\n').length > 221).map(({ path }) => path)).toEqual([])
  })

  it('a first sentence in every file of src that says what it is', () => {
    expect(code.filter(({ text }) => !text.startsWith('/**')).map(({ path }) => path)).toEqual([])
  })

  it('in the lock file the packages of every platform, without which npm ci refuses it', () => {
    const { packages }: { packages: Record<string, { optionalDependencies?: Record<string, string> }> } = JSON.parse(
      lock[0]?.text ?? '{}',
    )
    const optional = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    expect(optional.length).toBeGreaterThan(50)
    expect(
      optional.filter((name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`))),
    ).toEqual([])
  })
})
