import { expect, it } from 'vitest'
import { chain, contentDigests, EMPTY_CHAIN, type RecordContent } from '../audit/record.ts'
import type { Incident } from '../contracts/incident.ts'
import { outsideFlip } from './outside-flip.ts'

const AT = '2026-05-17T11:43:00.000Z'
const stop = { scope: 'service:api', by: 'anna', reason: 'restarts make it worse', at: AT }
const record = (event: RecordContent['event'], decision_diff: RecordContent['decision_diff'] = {}): RecordContent => ({
  ...{ at: AT, incident_id: 'HM-1', event, stage: 'readiness', actor: 'test', policy_digest: null },
  ...contentDigests(null, null),
  decision_diff,
})
const held = record('kill_switch_blocked', { kill_switch_engaged: [null, stop] })
const flipOf = (incident: object, ...records: RecordContent[]) =>
  outsideFlip(
    { verdict: null, seen: { conflicts: [], sources: [] }, ...incident } as unknown as Incident,
    chain(EMPTY_CHAIN, records).records,
  )

it('of what a stop holds names who stopped what and why, and how it goes on', () => {
  expect(flipOf({}, record('webhook_received'), held)).toEqual([
    {
      ...{ change: 'none', name: 'kill_switch_engaged', from: null, to: null },
      text: `anna stopped service:api at ${AT} (restarts make it worse): "interlock resume --scope service:api" lets it go on when that is over`,
    },
  ])
})

it('of a verdict that a late source voided says who must settle what', () => {
  const values = [
    { source: 'grafana', value: 'a' },
    { source: 'pagerduty', value: 'b' },
  ]
  const late = { stage: 'accept', blockers: [{ code: 'source_conflict', message: 'pod' }] }
  const seen = { conflicts: [{ field: 'pod', values }] }
  expect(flipOf({ verdict: late, seen })).toMatchObject([
    { change: 'none', name: 'source_conflict', text: expect.stringMatching(/different values of pod; then whoever/) },
  ])
  // Readiness' own flip says it already.
  expect(flipOf({ verdict: { ...late, stage: 'readiness' }, seen })).toEqual([])
})

it('says nothing of what went on, and of a record that somebody changed', () => {
  expect(flipOf({}, held, record('readiness_evaluated'))).toEqual([])
  expect(flipOf({ verdict: { stage: 'accept', blockers: [] } }, held)).toEqual([])
  expect(flipOf({}, record('kill_switch_blocked', { kill_switch_engaged: [null, 'x'] }))).toEqual([])
  expect(flipOf({})).toEqual([])
})
