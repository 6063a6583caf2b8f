/** A walk from a fault to its recovery, as a person on call takes it: the page, the runbook, the dashboard, the commands. */
import type { Size } from '../faults/harness/installation.ts'
import type { Alert } from '../gameday/alerting.ts'
import { expectNothingInFlight, lookAtEverything } from '../gameday/recovery.ts'
import { openSite, type Site } from '../gameday/site.ts'
import { expectSteady, expectThat } from '../gameday/steady-state.ts'
import { openWait } from '../gameday/wait.ts'
import { type OnCall, openOnCall, runbookOf } from './on-call.ts'
import { openTranscript, type Transcript } from './transcript.ts'

export interface Walk {
  title: string
  /** That tells on-call. */
  alert: string
  /** What Prometheus saw before it was started; see runPrometheus. */
  past?(scale: number): string
  /** Does the harm, and says what was done. */
  harm(site: Site): Promise<string>
  /** The incident that the runbook's commands are about, for those that need one. */
  incident?(onCall: OnCall): Promise<string>
  /** What the runbook leaves to the reader, written down. */
  mend(site: Site, onCall: OnCall, transcript: Transcript): Promise<void>
  /** The playbook that the runbook leads to, and that says when it is over. */
  playbook: string
}

/** As compose.yaml has them. */
const WORKERS: Size['workers'] = ['normalize', 'readiness', 'dry-run'].map((stage) => ({ stages: [stage] }))

/** Seconds of the clock, whatever the scale. */
const STEADY_WITHIN = 120
const PAGED_WITHIN = 240
const RESOLVED_WITHIN = 420

const isFiring = async ({ alerting }: Site, name: string): Promise<Alert> => {
  const [alert] = (await alerting.alerts()).filter(
    ({ labels, state }) => labels.alertname === name && state === 'firing',
  )
  if (!alert) throw new Error(`${name} does not fire`)
  return alert
}

const takeOn = async (site: Site, walk: Walk, scale: number, signal: AbortSignal, say: (text: string) => void) => {
  const { until } = openWait(signal, say)
  const transcript = openTranscript({ [site.policies]: '$POLICY_DIR' })
  const onCall = openOnCall(site, scale, transcript)
  transcript.heading(walk.title)
  await until('steady state', STEADY_WITHIN, () => expectSteady(site))

  transcript.faultIsNow()
  transcript.note(await walk.harm(site))
  let page: Alert | undefined
  await until(`waiting for ${walk.alert}`, PAGED_WITHIN, async () => {
    page = await isFiring(site, walk.alert)
  })
  if (!page) throw new Error('unreachable: the wait has an alert or throws')
  const { labels, annotations } = page
  const others = [...(await site.alerting.firing())].filter((name) => name !== walk.alert).sort()
  transcript.note(
    `**${walk.alert}** (${labels.severity}) fires: “${annotations.summary}. ${annotations.description}”` +
      `${others.length > 0 ? ` Beside it: ${others.join(', ')}.` : ''} Its \`runbook_url\` ends in` +
      ` [${walk.alert}.md](runbooks/${walk.alert}.md).`,
  )
  const book = runbookOf(annotations.runbook_url ?? '')
  const id = await walk.incident?.(onCall)
  transcript.note('The runbook, _Diagnosis_:')
  await onCall.follow(book, 'Diagnosis', id)
  await onCall.lookAt(page)
  await walk.mend(site, onCall, transcript)

  await until(`waiting for ${walk.alert} to resolve`, RESOLVED_WITHIN, async () => {
    expectThat(!(await site.alerting.firing()).has(walk.alert), `${walk.alert} still fires`)
  })
  transcript.note(`**${walk.alert}** is resolved. The runbook, _Verification_:`)
  await onCall.follow(book, 'Verification', id)
  transcript.note(`[The playbook](runbooks/${walk.playbook}.md), _Done when_:`)
  await onCall.follow(runbookOf(walk.playbook), 'Done when', id)
  await site.load.stop()
  await until('waiting for the last verdicts', STEADY_WITHIN, () => expectNothingInFlight(site))
  const { problems, incidents } = await lookAtEverything(site)
  expectThat(problems.length === 0, problems.join('; '))
  const verdicts = Object.entries(incidents).map(([verdict, count]) => `${count} ${verdict.replace('verdict:', '')}`)
  transcript.note(
    `Every incident that was acknowledged has one verdict, and its trace verifies: ${verdicts.join(', ')}.`,
  )
  return transcript.text()
}

/** Rejects where a step does not come out as it should. */
export const take = async (
  walk: Walk,
  scale: number,
  signal: AbortSignal,
  tell: (text: string) => void,
): Promise<string> => {
  const say = (text: string) => tell(`${walk.title}: ${text}`)
  say('starting an API, three workers, Redis and Prometheus')
  const patienceMs = (PAGED_WITHIN + RESOLVED_WITHIN) * 1000
  const past = walk.past && { past: walk.past(scale) }
  const site = await openSite(scale, patienceMs, { workers: WORKERS, ...past })
  try {
    return await takeOn(site, walk, scale, signal, say)
  } finally {
    const ended = site.load.stop().catch(() => {})
    if (!signal.aborted) await ended
    await site.close()
    say('everything is stopped')
  }
}
