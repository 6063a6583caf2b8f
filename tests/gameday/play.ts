/** One experiment from beginning to end: steady state, fault, alert, mending, recovery; and everything stopped, always. */
import { type Experiment, secondsOf } from './experiment.ts'
import { expectNothingInFlight, lookAtEverything, verdictsOf } from './recovery.ts'
import type { Played } from './report.ts'
import { openSite, type Site } from './site.ts'
import { expectSteady, expectThat } from './steady-state.ts'
import { openWait, type Wait } from './wait.ts'

/** Seconds in which processes are scraped and their first incidents decided, and in which the last ones are. */
const STEADY_WITHIN = 120
/** Seconds of the rules' time that are steady before a fault. */
const HISTORY = 60
/** After which a delivery that nobody takes is a finding, when the longest outage is over. */
const PATIENCE_AFTER_MS = 120_000

const notPlayed = ({ name, hypothesis, alert, fires, recovers }: Experiment, scale: number): Played => ({
  experiment: name,
  verdict: 'fail',
  hypothesis_held: false,
  hypothesis,
  alert,
  fired_after_s: null,
  deadline_s: secondsOf(fires, scale),
  recovered_after_s: null,
  recovery_deadline_s: secondsOf(recovers, scale),
  also_fired: [],
  incidents: {},
  problems: [],
})

/** Fills in `played`. Throws where going on makes no sense. */
const playOn = async (
  site: Site,
  experiment: Experiment,
  played: Played,
  scale: number,
  { until, say, signal }: Wait,
) => {
  const { alert, deadline_s, problems } = played
  const attempt = async <Result>(step: () => Promise<Result>): Promise<Result | null> => {
    try {
      return await step()
    } catch (error) {
      signal.throwIfAborted()
      problems.push(error instanceof Error ? error.message : String(error))
      return null
    }
  }
  const fires = async () => {
    const firing = await site.alerting.firing()
    played.also_fired = [...new Set([...played.also_fired, ...firing])].filter((name) => name !== alert).sort()
    return firing.has(alert)
  }
  const felt = async () => {
    const fired = () =>
      until(`waiting for ${alert}`, deadline_s, async () => expectThat(await fires(), 'it does not fire'))
    played.fired_after_s = await attempt(fired)
    say(
      played.fired_after_s === null
        ? `${alert} did not fire`
        : `${alert} fires after ${played.fired_after_s.toFixed(1)} s`,
    )
  }

  await until('steady state', STEADY_WITHIN, () => expectSteady(site))
  const history = HISTORY * scale
  await until('steady state, gathering history', history + STEADY_WITHIN, async (passed) => {
    expectThat(passed >= history, `${history.toFixed(0)} s are needed`)
    await expectSteady(site)
  })
  say('the fault is inflicted')
  const broken = await attempt(() => experiment.inflict(site.scene, felt))
  say('the fault is mended')
  const decided = verdictsOf(site)
  played.recovered_after_s = await attempt(() =>
    until('waiting for recovery', played.recovery_deadline_s, async () => {
      expectThat(!(await fires()), `${alert} still fires`)
      await decided()
    }),
  )
  const found = await attempt(async () => {
    await site.load.stop()
    await until('waiting for the last verdicts', STEADY_WITHIN, () => expectNothingInFlight(site))
    return lookAtEverything(site)
  })
  played.incidents = found?.incidents ?? {}
  played.hypothesis_held = broken?.length === 0 && found?.problems.length === 0
  problems.push(...(broken ?? []), ...(found?.problems ?? []))
  if (problems.length === 0) played.verdict = 'pass'
}

/** Tells `tell` how it gets on. Rejects only when `signal` broke it off, with everything stopped. */
export const play = async (
  experiment: Experiment,
  scale: number,
  signal: AbortSignal,
  tell: (text: string) => void,
): Promise<Played> => {
  const played = notPlayed(experiment, scale)
  const wait = openWait(signal, (text) => tell(`${experiment.name}: ${text}`))
  let site: Site | null = null
  try {
    wait.say('starting an API, three workers, Redis and Prometheus')
    site = await openSite(scale, played.deadline_s * 1000 + PATIENCE_AFTER_MS)
    await playOn(site, experiment, played, scale, wait)
  } catch (error) {
    signal.throwIfAborted()
    played.problems.push(error instanceof Error ? error.message : String(error))
  } finally {
    // Who was broken off waits for no delivery.
    const ended = site?.load.stop().catch(() => {})
    if (!signal.aborted) await ended
    await site?.close()
    wait.say(`${signal.aborted ? 'broken off' : played.verdict}, everything is stopped`)
  }
  return played
}
