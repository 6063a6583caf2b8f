/** What a GameDay comes to: one failure fails it, and so do being broken off and having played nothing. */
import { expect, it } from 'vitest'
import { type Played, reportOf, tableOf } from './report.ts'

const played = (patch: Partial<Played> = {}): Played => ({
  experiment: 'redis-frozen',
  verdict: 'pass',
  hypothesis_held: true,
  hypothesis: 'it recovers',
  alert: 'RedisUnreachable',
  fired_after_s: 10.72,
  deadline_s: 27,
  recovered_after_s: 1.8,
  recovery_deadline_s: 51,
  also_fired: [],
  incidents: { 'verdict:awaiting_review': 80 },
  problems: [],
  ...patch,
})
const noisy = played({ also_fired: ['CircuitOpen', 'StalledJobs'] })
const failed = played({ verdict: 'fail', hypothesis_held: false, fired_after_s: null, problems: ['lost: HM-1-1'] })

const RUN = { time_scale: 0.1, scraped_every: '1500ms', started_at: '2026-05-17T12:00:00.000Z' }

it.each([
  ['all passed', [played(), played()], false, 'pass'],
  ['one failed', [played(), failed], false, 'fail'],
  ['none was played', [], false, 'fail'],
  ['it was broken off', [played()], true, 'fail'],
])('%s', (_, experiments, interrupted, outcome) => {
  const run = { ...RUN, interrupted, experiments }
  expect(reportOf(run)).toEqual({ outcome, ...run })
})

it('is a table with remarks under it and the time scale at its end', () => {
  expect(tableOf(reportOf({ ...RUN, experiments: [noisy, failed], interrupted: true })).split('\n')).toEqual([
    'EXPERIMENT    HYPOTHESIS    ALERT             DEADLINE  FIRED AFTER  RECOVERED AFTER  VERDICT',
    'redis-frozen  held          RedisUnreachable  27.0 s    10.7 s       1.8 s            PASS',
    'redis-frozen  did not hold  RedisUnreachable  27.0 s    never        1.8 s            FAIL',
    '  + redis-frozen: CircuitOpen, StalledJobs fired as well',
    '  - redis-frozen: lost: HM-1-1',
    'FAIL 1 of 2 passed, interrupted',
    'time scale 0.1: a minute of the rules took 6 s, scraped and evaluated every 1500ms',
  ])
})
