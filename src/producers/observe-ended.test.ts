/** What is counted and logged when accepting itself ends an incident. */
import { describe, expect, test } from 'vitest'
import type { Verdict } from '../shared/contracts/incident.ts'
import type { Log } from '../shared/telemetry/log.ts'
import { createMetrics } from '../shared/telemetry/metrics.ts'
import { observeEnded } from './observe-ended.ts'
import type { Ended } from './step.ts'

const verdict = (name: Verdict['verdict'], codes: Verdict['blockers'][number]['code'][] = []): Verdict => ({
  verdict: name,
  stage: 'accept',
  blockers: codes.map((code) => ({ code, message: 'why' })),
  at: '2026-05-17T11:42:31.000Z',
})

/** The series above 0 after this end, and the lines logged. */
const observed = async (ended: Pick<Ended, 'from' | 'verdict'>) => {
  const metrics = createMetrics('0')
  const lines: [string, object | undefined][] = []
  const log = { event: (name: string, fields?: object) => lines.push([name, fields]) } as unknown as Log
  observeEnded({ incident_id: 'HM-1', accepted_at: '2026-05-17T11:42:30.000Z', ...ended }, metrics, log)
  const text = await metrics.registry.metrics()
  const counted = text.match(/^interlock_(verdicts|blockers|e2e_duration_seconds_(sum|count)).* [^0].*$/gm) ?? []
  return { counted: counted.map((line) => line.replace('interlock_', '')), lines }
}

describe('an end given on accepting', () => {
  test.each(['normalize', 'readiness', 'dry-run'] as const)(
    'in %s is a verdict and an end to end time',
    async (from) => {
      const { counted, lines } = await observed({ from, verdict: verdict('closed') })
      expect(counted).toEqual([
        'e2e_duration_seconds_sum{outcome="closed"} 1',
        'e2e_duration_seconds_count{outcome="closed"} 1',
        'verdicts_total{verdict="closed"} 1',
      ])
      expect(lines).toEqual([['incident_closed', { incident_id: 'HM-1', from }]])
    },
  )

  test('after a verdict is one more verdict, and no second time', async () => {
    const { counted, lines } = await observed({ from: 'awaiting_review', verdict: verdict('closed') })
    expect(counted).toEqual(['verdicts_total{verdict="closed"} 1'])
    expect(lines).toEqual([['incident_closed', { incident_id: 'HM-1', from: 'awaiting_review' }]])
  })

  test('that voids a pass counts its blocker, and is a warning', async () => {
    const { counted, lines } = await observed({
      from: 'dry_run_passed',
      verdict: verdict('blocked', ['source_conflict']),
    })
    expect(counted).toEqual([
      'verdicts_total{verdict="blocked"} 1',
      'blockers_total{stage="accept",code="source_conflict"} 1',
    ])
    expect(lines).toEqual([
      [
        'verdict_voided',
        { incident_id: 'HM-1', from: 'dry_run_passed', verdict: 'blocked', blockers: ['source_conflict'] },
      ],
    ])
  })
})
