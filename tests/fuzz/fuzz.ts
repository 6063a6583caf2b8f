/** Every source with what is known of it, then with broken deliveries for as long as asked: `npm run test:fuzz`. Ends with a table. */
import { Command, InvalidArgumentError } from 'commander'
import fc from 'fast-check'
import { table } from '../../src/cli/table.ts'
import { positive } from '../support/positive.ts'
import { type FuzzCase, keepCase } from './case.ts'
import { checkKnown } from './known.ts'
import { deliveriesLike } from './mutations.ts'
import { openReceiver } from './receiver.ts'
import { TARGETS, type Target } from './targets.ts'

const CASES_A_TURN = 200
const SAY_EVERY_MS = 5_000
/** No delivery costs so much, on any machine, unless its cost grows with the square of its length. */
const TOO_SLOW_MS = 5_000

const oneOf = (text: string): string => {
  const names = TARGETS.map(({ source }) => source)
  if (!names.includes(text)) throw new InvalidArgumentError(`must be one of ${names.join(', ')}`)
  return text
}

const options = new Command('test:fuzz')
  .description(
    'check the golden fixtures, signature vectors and proofs of every source, then send it broken deliveries: none may be answered with a failure or taken for another. What breaks something is kept in fixtures/fuzz',
  )
  .option('--minutes <n>', 'how long', positive, 1)
  .option('--source <name>', 'this source alone', oneOf)
  .option('--seed <n>', 'the same seed makes the same deliveries in the same order', positive, Date.now() % 1_000_000)
  .addHelpText(
    'after',
    '\nExit codes: 0 nothing found, 1 something found, 2 wrong usage, 130 stopped by Ctrl-C.\n\nExamples:\n  $ npm run test:fuzz -- --minutes 10\n  $ npm run test:fuzz -- --minutes 2 --source zabbix --seed 7',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()
  .opts<{ minutes: number; source?: string; seed: number }>()

const receiver = openReceiver()
const targets = TARGETS.filter(({ source }) => options.source === undefined || source === options.source)
const NOTHING = { fixtures: 0, vectors: 0, proofs: 0, cases: 0, failures: 0, slowest: 0 }
const tally = new Map(targets.map(({ source }) => [source, { ...NOTHING }]))
const started = Date.now()
const end = started + options.minutes * 60_000
const say = (text: string) =>
  process.stderr.write(`${new Date(Date.now() - started).toISOString().slice(11, 19)}  ${text}\n`)

let stopped = false
process.on('SIGINT', () => {
  if (stopped) process.exit(130)
  stopped = true
})

const COUNTED = ['fixtures', 'vectors', 'proofs', 'cases', 'failures'] as const
const sum = (of: (typeof COUNTED)[number]) => [...tally.values()].reduce((total, one) => total + one[of], 0)
const countOf = (source: string) => tally.get(source) ?? { ...NOTHING }

/** One turn of a source. What fails is made small before it is kept. */
const turn = async ({ source, fixtures }: Target, seed: number): Promise<void> => {
  const count = countOf(source)
  const told = fc.asyncProperty(deliveriesLike(source, fixtures), async (delivery: FuzzCase) => {
    const before = performance.now()
    const breach = await receiver.breachOf(delivery)
    const took = performance.now() - before
    count.cases++
    count.slowest = Math.max(count.slowest, took)
    if (breach !== null) throw new Error(breach)
    if (took > TOO_SLOW_MS) throw new Error(`took more than ${TOO_SLOW_MS} ms`)
  })
  const { failed, counterexample, errorInstance } = await fc.check(told, { seed, numRuns: CASES_A_TURN })
  const [delivery] = counterexample ?? []
  if (!failed || !delivery) return
  count.failures++
  const what = errorInstance instanceof Error ? (errorInstance.message.split('\n')[0] ?? '') : String(errorInstance)
  say(`${source}: ${what}; kept as ${keepCase(delivery, what)}`)
}

say(`seed ${options.seed}, ${targets.length} sources, ${options.minutes} minutes`)
for (const target of targets) {
  const { failures, ...checked } = await checkKnown(target)
  Object.assign(countOf(target.source), checked, { failures: failures.length })
  for (const failure of failures) say(`${target.source}: ${failure}`)
}
let [round, said] = [0, Date.now()]
while (Date.now() < end && !stopped) {
  for (const [index, target] of targets.entries()) {
    if (Date.now() >= end || stopped) break
    await turn(target, options.seed * 100_000 + round * targets.length + index)
    if (Date.now() - said < SAY_EVERY_MS) continue
    said = Date.now()
    say(`${sum('cases')} deliveries, ${sum('failures')} failures`)
  }
  round++
}
await receiver.close()

const rows = targets.map(({ source }) => {
  const count = countOf(source)
  return [source, ...COUNTED.map((of) => String(count[of])), count.slowest.toFixed(0)]
})
const head = ['SOURCE', 'FIXTURES', 'VECTORS', 'PROOFS', 'FUZZ CASES', 'FAILURES', 'SLOWEST MS']
const total = ['total', ...COUNTED.map((of) => String(sum(of))), '']
process.stdout.write(`${table(head, [...rows, total])}\n`)
process.exitCode = sum('failures') > 0 ? 1 : stopped ? 130 : 0
