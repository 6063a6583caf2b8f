import { describe, expect, it } from 'vitest'
import { coloursFor } from '../colours.ts'
import { answersOf, type DemoOutcome, demoTable, problemsOf, rowsOf } from './demo-report.ts'
import type { Played } from './play-scenario.ts'

const at = '2026-05-17T12:00:00.000Z'
const played: Played[] = [
  {
    title: 'A block',
    problems: [],
    answers: [
      { status: 202, incidents: [{ incident_id: 'HM-1', outcome: 'accepted' }] },
      { status: 400, code: 'body_not_json', detail: 'no JSON', incidents: [] },
    ],
    incidents: [
      {
        incident_id: 'HM-1',
        incident_class: 'high_memory_usage',
        status: 'blocked',
        sources: [{ source: 'grafana' }, { source: 'grafana' }, { source: 'pagerduty' }],
        stages: { readiness: { score: 20, blockers: [] } },
        verdict: {
          verdict: 'blocked',
          stage: 'readiness',
          blockers: [
            { code: 'axis_missing', message: 'x' },
            { code: 'score_below_threshold', message: 'y' },
          ],
          at,
        },
      },
      {
        incident_id: 'HM-2',
        incident_class: 'high_memory_usage',
        status: 'closed',
        sources: [{ source: 'grafana' }],
        stages: {},
        verdict: { verdict: 'closed', stage: 'accept', blockers: [], at },
      },
    ],
  },
]
const good: DemoOutcome = {
  played,
  accounting: { received: 2, in_flight: 0, 'verdict:blocked': 1, 'verdict:closed': 1 },
  audit: { code: 0, out: 'PASS incidents=2 records=6' },
  seconds: 1,
}

describe('problemsOf', () => {
  it.each<[string, Partial<DemoOutcome>, string[]]>([
    ['nothing', {}, []],
    [
      'what a scenario found',
      { played: played.map((one) => ({ ...one, problems: ['expected closed, got blocked'] })) },
      ['A block: expected closed, got blocked'],
    ],
    [
      'an alert that is lost',
      { accounting: { received: 3, 'verdict:blocked': 2 } },
      ['1 alerts are unaccounted for: received=3 verdict:blocked=2'],
    ],
    [
      'an incident without a verdict',
      { accounting: { received: 2, in_flight: 1, 'verdict:blocked': 1 } },
      ['1 incidents are still in flight'],
    ],
    [
      'a broken chain',
      { audit: { code: 1, out: 'BLOCK incidents=2' } },
      ['interlock audit verify ended with 1: BLOCK incidents=2'],
    ],
  ])('names %s', (_, changes, expected) => {
    expect(problemsOf({ ...good, ...changes })).toEqual(expected)
  })
})

it('the table has incident, sources, score, verdict and reasons', () => {
  const text = demoTable(rowsOf(played), coloursFor({}))
  expect(text.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['INCIDENT', 'SOURCES', 'SCORE', 'VERDICT', 'REASONS'],
    ['HM-1', 'grafana, pagerduty', '20/25', 'blocked', 'axis_missing, score_below_threshold'],
    ['HM-2', 'grafana', '-', 'closed'],
  ])
})

it('a refused request is counted beside the answers to alerts', () => {
  expect(answersOf(played)).toEqual({ accepted: 1, refused: 1 })
})
