/** What came of a GameDay: as a table for people, and as JSON. */
import { table } from '../../src/cli/table.ts'
import type { Experiment } from './experiment.ts'

export interface Played extends Pick<Experiment, 'hypothesis' | 'alert'> {
  experiment: string
  verdict: 'pass' | 'fail'
  hypothesis_held: boolean
  /** From the fault; null when it did not fire in time. */
  fired_after_s: number | null
  deadline_s: number
  /** From the mending, until the alert was gone and all had their verdicts; null when that took too long. */
  recovered_after_s: number | null
  recovery_deadline_s: number
  also_fired: string[]
  /** How many ended with each verdict. */
  incidents: Record<string, number>
  problems: string[]
}

export interface Report {
  outcome: 'pass' | 'fail'
  /** 1 is the rules as they are; 0.1 is every duration in them, and the scrape and evaluation interval, a tenth. */
  time_scale: number
  /** With that scale, e.g. `1500ms`. */
  scraped_every: string
  started_at: string
  interrupted: boolean
  experiments: Played[]
}

export const reportOf = (run: Omit<Report, 'outcome'>): Report => {
  const passed = run.experiments.length > 0 && run.experiments.every(({ verdict }) => verdict === 'pass')
  return { outcome: passed && !run.interrupted ? 'pass' : 'fail', ...run }
}

const seconds = (value: number | null) => (value === null ? 'never' : `${value.toFixed(1)} s`)
const HEAD = ['EXPERIMENT', 'HYPOTHESIS', 'ALERT', 'DEADLINE', 'FIRED AFTER', 'RECOVERED AFTER', 'VERDICT']

export const tableOf = ({ outcome, time_scale, scraped_every, experiments, interrupted }: Report): string => {
  const rows = experiments.map((played) => [
    played.experiment,
    played.hypothesis_held ? 'held' : 'did not hold',
    played.alert,
    seconds(played.deadline_s),
    seconds(played.fired_after_s),
    seconds(played.recovered_after_s),
    played.verdict.toUpperCase(),
  ])
  const remarks = experiments.flatMap(({ experiment, problems, also_fired }) => [
    ...problems.map((one) => `  - ${experiment}: ${one}`),
    ...(also_fired.length > 0 ? [`  + ${experiment}: ${also_fired.join(', ')} fired as well`] : []),
  ])
  const passed = experiments.filter(({ verdict }) => verdict === 'pass').length
  return [
    table(HEAD, rows),
    ...remarks,
    `${outcome.toUpperCase()} ${passed} of ${experiments.length} passed${interrupted ? ', interrupted' : ''}`,
    `time scale ${time_scale}: a minute of the rules took ${Number((60 * time_scale).toFixed(1))} s, scraped and evaluated every ${scraped_every}`,
  ].join('\n')
}
