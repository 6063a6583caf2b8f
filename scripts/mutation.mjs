/**
 * `npm run test:mutation -- [--mutate <glob>]… [--static] [--concurrency <n>]`: changes the gate in one place at a time and asks
 * whether some test notices. docs/mutation.md says what is changed, and of the changes that nobody notices why.
 */
import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'

/** What decides, and nothing that reads, waits or writes. */
const GATE = [
  'src/workers/blockers/*.ts',
  'src/workers/stages/*.ts',
  'src/shared/incident/{correlate,correlation-index,identify,merge,occurrence,same-fault}.ts',
  'src/shared/policy/{condition-grammar,conditions,facts,facts-at,pre-approval,radius,shares}.ts',
]

const USAGE = `usage: npm run test:mutation -- [--mutate <glob>]… [--static] [--concurrency <n>]
  --mutate       change these files alone, e.g. --mutate 'src/workers/blockers/*.ts'; else the whole gate
  --static       also change what is worked out once, when a file is loaded: five times as slow
  --concurrency  how many changes are tried at once; else 2`

const optionsGiven = () => {
  try {
    const { values } = parseArgs({
      options: {
        mutate: { type: 'string', multiple: true, default: GATE },
        static: { type: 'boolean', default: false },
        concurrency: { type: 'string', default: '2' },
        help: { type: 'boolean' },
      },
    })
    if (!/^[1-9][0-9]?$/.test(values.concurrency))
      throw new Error(`--concurrency is '${values.concurrency}': write a number from 1 to 99`)
    return values
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`)
    process.exit(2)
  }
}

const { help, mutate, static: withStatic, concurrency } = optionsGiven()
if (help) {
  console.log(USAGE)
  process.exit(0)
}

const SANDBOX = '.cache/mutation/sandbox'
process.on('exit', () => rmSync(SANDBOX, { recursive: true, force: true }))

const stryker = new Stryker({
  testRunner: 'vitest',
  vitest: { configFile: 'tests/mutation/vitest.config.ts' },
  coverageAnalysis: 'perTest',
  mutate: [...mutate, '!**/*.{test,fixture}.ts'],
  ignorePatterns: ['.cache', 'dist'],
  ignoreStatic: !withStatic,
  concurrency: Number(concurrency),
  // A machine that is busy must not make a slow test look like one that found something.
  timeoutMS: 30_000,
  thresholds: { high: 95, low: 90, break: 90 },
  reporters: ['clear-text', 'progress', 'json', 'html'],
  clearTextReporter: { logTests: false, reportTests: false },
  jsonReporter: { fileName: '.cache/mutation/report.json' },
  htmlReporter: { fileName: '.cache/mutation/report.html' },
  tempDirName: SANDBOX,
  cleanTempDir: 'always',
})
try {
  await stryker.runMutationTest()
} catch {
  // Stryker has said why.
  process.exitCode = 2
}
