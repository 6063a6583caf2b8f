/**
 * Everything a change must pass, in order: format and lint, types, dead code, tests. A part that fails does not stop the
 * next. The last line counts: each test is one, each other part is one, and a test that was skipped has failed.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const report = join(root, '.cache', 'tests.json')

/** Colours are for terminals, whatever a tool takes its output for. */
const coloured = process.stdout.isTTY
const env = coloured ? process.env : { ...process.env, NO_COLOR: '1' }

/** Runs a tool of node_modules; its output is shown as it comes. */
const tool = (name, ...args) =>
  spawnSync(process.execPath, [join(root, 'node_modules', ...name.split('/')), ...args], {
    cwd: root,
    env,
    stdio: 'inherit',
  }).status === 0

/** `passed` is what the tool said of itself; a file that could not even be loaded has no tests and counts as one. */
const countTests = (passed) => {
  const files = JSON.parse(readFileSync(report, 'utf8')).testResults
  const tests = files.flatMap((file) => file.assertionResults)
  const good = tests.filter((test) => test.status === 'passed').length
  const broken = files.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  )
  const bad = tests.length - good + broken.length
  for (const test of tests.filter((test) => !['passed', 'failed'].includes(test.status)))
    console.log(`not run, which is a failure: ${test.fullName}`)
  return { passed: good, failed: passed && good > 0 ? bad : Math.max(bad, 1) }
}

const runTests = () => {
  rmSync(report, { force: true })
  const passed = tool(
    'vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  )
  try {
    return countTests(passed)
  } catch {
    return { passed: 0, failed: 1 }
  }
}

const one = (passed) => ({ passed: passed ? 1 : 0, failed: passed ? 0 : 1 })
const PARTS = {
  'format and lint': () =>
    one(tool('@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', ...(coloured ? [] : ['--colors=off']))),
  // The preview page runs in a browser, and has other names to work with.
  types: () => one(['.', 'tests/dashboards/preview/page'].every((at) => tool('typescript/bin/tsc', '-p', at))),
  'dead code': () => one(tool('knip/bin/knip.js')),
  tests: runTests,
}

const outcomes = []
for (const [name, run] of Object.entries(PARTS)) {
  console.log(`\n== ${name}`)
  const started = Date.now()
  outcomes.push({ name, ...run(), seconds: ((Date.now() - started) / 1000).toFixed(1) })
}

console.log('\n== summary')
for (const { name, passed, failed, seconds } of outcomes)
  console.log(`${failed > 0 ? 'FAIL' : 'ok  '} ${name} (${passed} passed, ${failed} failed, ${seconds} s)`)
const total = (key) => outcomes.reduce((sum, outcome) => sum + outcome[key], 0)
console.log(`${total('passed')} passed, ${total('failed')} failed`)
process.exitCode = total('failed') > 0 ? 1 : 0
