/** One experiment from beginning to end: steady state, fault, alert, mending, recovery; and everything stopped, always. */
import { imbalance } from '../../src/shared/ledger/accounting.ts'
import { findingsOf } from '../faults/harness/findings.ts'
import { type Experiment, secondsOf } from './experiment.ts'
import type { Played } from './report.ts'
import { openSite, type Site } from './site.ts'
import type { Wait } from './wait.ts'

/** Seconds in which processes start, are scraped, and their first incidents are decided. */
const STEADY_WITHIN = 120
/** Seconds of the rules' time that are steady before a fault, where an alert asks for no more. */
const HISTORY = 60
/** After which a delivery that is not taken is a finding: well after the longest outage. */
const PATIENCE_AFTER_MS = 120_000

const expectThat = (condition: boolean, what: string) => {
  if (!condition) throw new Error(what)
}

/** Everything is scraped, every rule can be evaluated, none fires, and incidents get their verdicts. */
const expectSteady = async ({ alerting, installation: { ledger }, targets }: Site) => {
  const all = Object.values(targets).flat().length
  const up = await alerting.value('sum(up{job=~"interlock-.+"})')
  expectThat(up === all, `${up ?? 0} of ${all} processes are scraped`)
  const failing = await alerting.failing()
  expectThat(failing.length === 0, failing.join('; '))
  const firing = await alerting.firing()
  expectThat(firing.size === 0, `${[...firing].join(', ')} fires`)
  const { received = 0, in_flight = 0, ...counts } = await ledger.accounting()
  expectThat(received - in_flight >= 10, 'nothing was decided yet')
  expectThat(imbalance({ received, in_flight, ...counts }) === 0, 'the accounting does not balance')
}

const idsOf = (told: ReadonlyMap<string, ReadonlySet<string>>) => [...told.values()].flatMap((ids) => [...ids])

const failureOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

export const play = async (experiment: Experiment, scale: number, wait: Wait): Promise<Played> => {
  const { name, hypothesis, alert } = experiment
  const deadline_s = secondsOf(experiment.fires, scale)
  const recovery_deadline_s = secondsOf(experiment.recovers, scale)
  const played: Played = {
    experiment: name,
    ...{ verdict: 'fail', hypothesis_held: false, hypothesis, alert },
    ...{ fired_after_s: null, deadline_s, recovered_after_s: null, recovery_deadline_s },
    ...{ also_fired: [], incidents: {}, problems: [] },
  }
  /** What fails is a problem of the experiment; only being broken off ends all of it. */
  const attempt = async <Result>(step: () => Promise<Result>): Promise<Result | null> => {
    try {
      return await step()
    } catch (error) {
      wait.signal.throwIfAborted()
      played.problems.push(failureOf(error))
      return null
    }
  }
  const say = (text: string) => wait.say(`${name}: ${text}`)
  const until: Wait['until'] = (what, ...rest) => wait.until(`${name}: ${what}`, ...rest)

  say('starting an API, three workers, Redis and Prometheus')
  const site = await attempt(() => openSite(scale, deadline_s * 1000 + PATIENCE_AFTER_MS))
  if (!site) return played
  const { alerting, installation, load } = site
  const others = new Set<string>()
  const firing = async () => {
    const now = await alerting.firing()
    for (const one of now) if (one !== alert) others.add(one)
    return now.has(alert)
  }
  const steady = () => until('steady state', STEADY_WITHIN, () => expectSteady(site))
  const fires = () =>
    until(`waiting for ${alert}`, deadline_s, async () => expectThat(await firing(), 'it does not fire'))

  const recover = async () => {
    let open = idsOf(load.told)
    const decided = async () => {
      const records = await Promise.all(open.map((id) => installation.ledger.readRecord(id)))
      open = open.filter((_, at) => !records[at]?.verdict)
      expectThat(open.length === 0, `${open.length} incidents have no verdict`)
    }
    return until('waiting for recovery', recovery_deadline_s, async () => {
      expectThat(!(await firing()), `${alert} still fires`)
      await decided()
    })
  }
  const lookAtEverything = async () => {
    await load.stop()
    await until('waiting for the last verdicts', STEADY_WITHIN, async () => {
      const { in_flight = 0 } = await installation.ledger.accounting()
      expectThat(in_flight === 0, `${in_flight} incidents are in flight`)
    })
    const { found, incidents } = await findingsOf(installation.ledger, load.told)
    played.incidents = incidents
    return Object.entries<string[]>({ ...found }).flatMap(([kind, lines]) =>
      lines.slice(0, 5).map((line) => `${kind}: ${line}`),
    )
  }

  try {
    if ((await attempt(steady)) === null) return played
    const history = (experiment.history ?? HISTORY) * scale
    const since = Date.now()
    await attempt(() =>
      until('steady, waiting for history', history + 5, async () => {
        expectThat(Date.now() - since >= history * 1000, `of ${history.toFixed(0)} s`)
      }),
    )
    if ((await attempt(steady)) === null) return played
    say('the fault is inflicted')
    const broken = await attempt(() =>
      experiment.inflict(site.scene, async () => {
        played.fired_after_s = await attempt(fires)
        say(
          played.fired_after_s === null
            ? `${alert} did not fire`
            : `${alert} fires after ${played.fired_after_s.toFixed(1)} s`,
        )
      }),
    )
    say('the fault is mended')
    played.recovered_after_s = await attempt(recover)
    const found = await attempt(lookAtEverything)
    played.problems.push(...(broken ?? []), ...(found ?? []))
    played.hypothesis_held = broken?.length === 0 && found?.length === 0
    if (played.problems.length === 0) played.verdict = 'pass'
    return played
  } finally {
    played.also_fired = [...others].sort()
    // Who was broken off waits for nobody.
    const ended = load.stop().catch(() => {})
    if (!wait.signal.aborted) await ended
    await site.close()
    say(`${played.verdict}, everything is stopped`)
  }
}
