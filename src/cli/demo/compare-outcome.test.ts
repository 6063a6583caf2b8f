import { describe, expect, it } from 'vitest'
import type { DeliveryAnswer, SeenIncident } from './api-client.ts'
import { answerDiffers, endingDiffers } from './compare-outcome.ts'
import type { Delivery, Ending } from './scenario.ts'

const answered = (...outcomes: string[]): DeliveryAnswer => ({
  status: 202,
  incidents: outcomes.map((outcome) => ({ incident_id: 'HM-1', outcome })),
})
const refused: DeliveryAnswer = { status: 400, code: 'body_not_json', detail: 'no JSON', incidents: [] }
const delivery = (answer: Delivery['answer'], times = 1): Delivery => ({ to: 'grafana', file: 'x.json', answer, times })

describe('answerDiffers', () => {
  it.each<[string, Delivery, DeliveryAnswer[], string | null]>([
    ['as expected', delivery(['accepted']), [answered('accepted')], null],
    ['another outcome', delivery(['accepted']), [answered('duplicate')], 'expected accepted, got duplicate'],
    [
      'another order',
      delivery(['accepted', 'rejected']),
      [answered('rejected', 'accepted')],
      'expected accepted, rejected, got rejected, accepted',
    ],
    [
      'too many at once',
      delivery(['accepted', 'duplicate'], 2),
      [answered('accepted'), answered('accepted')],
      'expected accepted, duplicate, got accepted, accepted',
    ],
    [
      'at once in any order',
      delivery(['accepted', 'duplicate'], 2),
      [answered('duplicate'), answered('accepted')],
      null,
    ],
    ['refused', delivery(['accepted']), [refused], 'expected accepted, got 400 body_not_json: no JSON'],
    ['refused as it must be', delivery({ status: 400, code: 'body_not_json' }), [refused], null],
    [
      'not refused',
      delivery({ status: 400, code: 'body_not_json' }),
      [answered('accepted')],
      'expected 400 body_not_json, got 202 no code',
    ],
    ['no alerts', delivery([]), [answered('accepted')], 'expected none, got accepted'],
  ])('%s', (_, sent, answers, expected) => {
    expect(answerDiffers(sent, answers)).toBe(expected)
  })
})

const blocked: SeenIncident = {
  incident_id: 'HM-1',
  incident_class: 'high_memory_usage',
  status: 'blocked',
  sources: [{ source: 'pagerduty' }, { source: 'grafana' }, { source: 'grafana' }],
  stages: {},
  verdict: {
    verdict: 'blocked',
    stage: 'readiness',
    blockers: [{ code: 'security_zero', message: 'security=0' }],
    at: '2026-05-17T12:00:00.000Z',
  },
}
const both: Ending = { verdict: 'blocked', blockers: ['security_zero'], sources: ['grafana', 'pagerduty'] }

describe('endingDiffers', () => {
  it.each<[string, Ending, SeenIncident, string | null]>([
    ['as expected', both, blocked, null],
    ['another verdict', { ...both, verdict: 'closed' }, blocked, 'expected closed, got blocked'],
    ['a blocker too many', { ...both, blockers: [] }, blocked, 'expected none, got security_zero'],
    [
      'a blocker too few',
      { ...both, blockers: ['axis_missing', 'security_zero'] },
      blocked,
      'expected axis_missing, security_zero, got security_zero',
    ],
    [
      'a source too many',
      { verdict: 'blocked', blockers: ['security_zero'] },
      blocked,
      'expected the sources grafana, got grafana, pagerduty',
    ],
    [
      'no verdict',
      both,
      { ...blocked, status: 'readiness', verdict: null },
      'expected blocked, got no verdict in time: it is still in readiness',
    ],
  ])('%s', (_, ending, seen, expected) => {
    expect(endingDiffers(ending, seen, 'grafana')).toBe(expected)
  })
})
