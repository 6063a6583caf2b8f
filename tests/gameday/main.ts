/** `npm run gameday`: plays experiments on a real installation of its own and says whether what was promised holds. */
import { writeFileSync } from 'node:fs'
import { exampleConfig } from './alerting.ts'
import { EXPERIMENTS } from './experiments/index.ts'
import { play } from './play.ts'
import { readArguments } from './read-arguments.ts'
import { type Played, reportOf, tableOf } from './report.ts'
import { scrapedEvery } from './time-scale.ts'

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
for (const experiment of experiments) {
  if (broken.signal.aborted) break
  try {
    played.push(await play(experiment, scale, broken.signal, say))
  } catch (error) {
    if (!broken.signal.aborted) throw error
  }
}
const report = reportOf({
  time_scale: scale,
  scraped_every: scrapedEvery(exampleConfig(), scale),
  started_at: started.toISOString(),
  interrupted: broken.signal.aborted,
  experiments: played,
})
process.stdout.write(`${tableOf(report)}\n`)
if (json) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`)
process.exit(report.outcome === 'pass' ? 0 : 1)
