/** `npm run gameday`: plays experiments on a real installation of its own and says whether what was promised holds. */
import { writeFileSync } from 'node:fs'
import { readArguments } from './arguments.ts'
import { EXPERIMENTS } from './experiments/index.ts'
import { play } from './play.ts'
import { type Played, reportOf, tableOf } from './report.ts'
import { openWait } from './wait.ts'

const asked = readArguments(process.argv.slice(2), process.env.NODE_ENV, EXPERIMENTS)
if ('exit' in asked) {
  const out = asked.exit === 0 ? process.stdout : process.stderr
  out.write(`${asked.text}\n`)
  process.exit(asked.exit)
}
const { experiments, scale, json } = asked

const started = new Date()
const say = (text: string) =>
  process.stderr.write(`${new Date(Date.now() - started.getTime()).toISOString().slice(11, 19)}  ${text}\n`)

const broken = new AbortController()
const breakOff = () => {
  if (broken.signal.aborted) process.exit(1)
  say('broken off: mending and stopping everything; once more to leave at once')
  broken.abort(new Error('broken off'))
}
process.on('SIGINT', breakOff).on('SIGTERM', breakOff).on('SIGHUP', breakOff)

const played: Played[] = []
const wait = openWait(broken.signal, say)
say(`time scale ${scale}: a minute of the rules takes ${(60 * scale).toFixed(0)} s`)
for (const experiment of experiments) {
  if (broken.signal.aborted) break
  try {
    played.push(await play(experiment, scale, wait))
  } catch (error) {
    if (!broken.signal.aborted) throw error
  }
}
const report = reportOf(scale, started.toISOString(), played, broken.signal.aborted)
process.stdout.write(`${tableOf(report)}\n`)
if (json) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`)
process.exit(report.outcome === 'pass' ? 0 : 1)
