/** Faults of every kind, at random and two at a time, under steady load: `npm run test:soak`. Ends with a table. */
import { writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { type Chance, chanceFrom } from '../../bench/chance.ts'
import { positive } from '../support/positive.ts'
import { eventually } from '../support/processes.ts'
import { FAULTS, type FaultName, type Scene } from './harness/faults.ts'
import { openSite } from './harness/site.ts'
import { addReplay, addRound, emptyTally, isClean, tableOf } from './harness/tally.ts'

/** Each round has an installation of its own, so that memory has a bound and a finding an hour. */
const ROUND_MS = 90_000
const RATE = 10

const options = new Command('test:soak')
  .description('inflict random faults on a running installation and check that nothing is lost or doubled')
  .option('--minutes <n>', 'how long', positive, 15)
  .option('--seed <n>', 'the same seed gives the same faults in the same order', positive, Date.now() % 1_000_000)
  .option('--json <file>', 'write the table as JSON as well')
  .addHelpText(
    'after',
    '\nExit codes: 0 nothing found, 1 something found.\n\nExample:\n  $ npm run test:soak -- --minutes 3 --seed 7',
  )
  .parse()
  .opts<{ minutes: number; seed: number; json?: string }>()

const KINDS = Object.keys(FAULTS) as FaultName[]
const tally = emptyTally(options.seed, KINDS)
const random = chanceFrom(options.seed)
const started = Date.now()
const end = started + options.minutes * 60_000
const say = (text: string) =>
  process.stderr.write(`${new Date(Date.now() - started).toISOString().slice(11, 19)}  ${text}\n`)

let stopped = false
const stop = () => {
  if (stopped) process.exit(1)
  stopped = true
  say('stopping after this fault; once more to stop at once')
}
process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop)

/** One fault or two on different things: two on the same would mend each other. */
const pickFaults = (random: Chance): FaultName[] => {
  const first = random.pick(KINDS)
  const others = KINDS.filter((kind) => FAULTS[kind].on !== FAULTS[first].on)
  return random.below(2) === 0 ? [first] : [first, random.pick(others)]
}

/** The next fault is to hit something that works. */
const untilRecovered = ({ load, patienceMs }: Scene) => {
  const before = load.told.size
  return eventually(() => {
    if (load.told.size < before + RATE) throw new Error('it did not recover')
  }, patienceMs)
}

const inflictUntil = (deadline: number) => async (scene: Scene) => {
  while (!stopped && Date.now() < deadline) {
    const kinds = pickFaults(random)
    const done = await Promise.allSettled(kinds.map((kind) => FAULTS[kind].inflict(scene)))
    for (const [i, { status, ...result }] of done.entries()) {
      const kind = kinds[i] as FaultName
      tally.faults[kind] = (tally.faults[kind] ?? 0) + 1
      if (status === 'rejected') tally.failures.push(`${kind}: ${(result as PromiseRejectedResult).reason}`)
    }
    await untilRecovered(scene)
    say(`${kinds.join(' + ')}: ${scene.load.told.size} told of, ${scene.load.refused()} refused`)
  }
}

const playRound = async (seed: number) => {
  const site = await openSite({ unhurried: true, rate: RATE, seed, patienceMs: 120_000 })
  try {
    const found = await site.after(inflictUntil(Math.min(end, Date.now() + ROUND_MS)))
    addRound(tally, found, site.incidents())
    addReplay(tally, (await site.installation.run(['replay', '--all', '--json'])).stdout)
  } finally {
    await site.close()
  }
}

for (let round = 0; !stopped && Date.now() < end; round++) {
  await playRound(options.seed + 2 * round).catch((error) =>
    tally.failures.push(`round ${round + 1} could not be checked: ${error}`),
  )
  say(`round ${round + 1} is checked: ${isClean(tally) ? 'nothing found' : 'SOMETHING FOUND'}`)
}
tally.seconds = (Date.now() - started) / 1000
process.stdout.write(`${tableOf(tally)}\n`)
if (options.json) writeFileSync(options.json, `${JSON.stringify(tally, null, 2)}\n`)
process.exit(isClean(tally) ? 0 : 1)
