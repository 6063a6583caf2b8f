/** Replay over what the real pipeline recorded: every scenario of the demo, sources that come at any time, and tampering. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { apiClient } from '../src/cli/demo/api-client.ts'
import { type Played, playScenario } from '../src/cli/demo/play-scenario.ts'
import { SCENARIOS } from '../src/cli/demo/scenarios.ts'
import { everyIncident } from '../src/shared/ledger/every-incident.ts'
import { endedThen, endUnder } from '../src/workers/replay/decide-under.ts'
import { type IncidentReplay, replayIncident } from '../src/workers/replay/replay-incident.ts'
import { openPipeline, type Pipeline } from './support/api-pipeline.ts'
import { alertmanagerDelivery, grafanaDelivery, pagerdutyDelivery } from './support/faults.ts'
import { eventually } from './support/processes.ts'

const MINUTES = 60_000

let pipeline: Pipeline
let played: Played[]
beforeAll(async () => {
  pipeline = await openPipeline(inject('redisUrl'), `replay-${randomUUID()}`, 'fixtures/demo/policies')
  pipeline.work('normalize', 'readiness', 'dry-run')
  const address = await pipeline.listen()
  const silent = { begins: () => {}, answered: () => {}, ended: () => {} }
  played = []
  for (const scenario of SCENARIOS)
    played.push(await playScenario(scenario, apiClient(address, new AbortController().signal), silent))
}, 3 * MINUTES)
afterAll(() => pipeline.close())

const summary = ({ outcome, reasons, differences, decisions }: IncidentReplay) => ({
  outcome,
  reasons,
  differences,
  decisions,
})
const IDENTICAL = { outcome: 'identical', reasons: [], differences: [] }

describe('every scenario of the demo', () => {
  it('replays to the same bytes', async () => {
    expect(played.flatMap(({ problems }) => problems)).toEqual([])
    const decisions = new Map<string, number>()
    for await (const id of everyIncident(pipeline.ledger)) {
      const replay = replayIncident(await pipeline.stored(id))
      expect({ id, ...summary(replay) }).toEqual({ id, ...IDENTICAL, decisions: expect.any(Number) })
      decisions.set(id, replay.decisions)
    }
    expect(decisions.size).toBeGreaterThan(30)
    // Closed before it began, blocked by readiness, dry-run; and the course's own incident.
    expect(new Set(decisions.values())).toEqual(new Set([0, 2, 3]))
    expect(decisions.get('HM-2026-05-17-01')).toBe(3)
  })

  it('comes to the same verdicts under the same policies', async () => {
    for await (const id of everyIncident(pipeline.ledger)) {
      const stored = await pipeline.stored(id)
      const replay = replayIncident(stored)
      expect({ id, ended: await endUnder(pipeline.policies, stored, replay) }).toEqual({ id, ended: endedThen(replay) })
    }
  })
})

describe('sources that come before, between and behind the stages', () => {
  let late: Pipeline
  beforeAll(async () => {
    late = await openPipeline(inject('redisUrl'), `late-${randomUUID()}`, 'fixtures/policies')
  })
  afterAll(() => late.close())

  const until = (id: string, status: string) =>
    eventually(async () => expect((await late.ledger.readRecord(id))?.status).toBe(status))
  const send = async (source: string, body: unknown, outcome: string): Promise<string> => {
    const answer = await late.post(`/webhooks/${source}`, body)
    expect(answer.body.incidents).toMatchObject([{ outcome }])
    return answer.body.incidents[0].incident_id
  }
  const expectIdentical = async (id: string, decisions: number) =>
    expect(summary(replayIncident(await late.stored(id)))).toEqual({ ...IDENTICAL, decisions })

  it('replay to the same bytes at every point', async () => {
    const fault = { fault: randomUUID() }
    // Out of the stable order: the page is first, and the record keeps the measurements before it.
    const id = await send('pagerduty', pagerdutyDelivery(fault), 'accepted')
    await send('alertmanager', alertmanagerDelivery(fault), 'attached')
    await expectIdentical(id, 0)
    late.work('normalize')
    await until(id, 'readiness')
    await expectIdentical(id, 1)
    await send('grafana', grafanaDelivery(fault), 'attached')
    await expectIdentical(id, 1)
    late.work('readiness')
    await until(id, 'dry-run')
    await expectIdentical(id, 2)
    late.work('dry-run')
    await until(id, 'awaiting_review')
    const over = { status: 'resolved', endsAt: '2026-05-17T12:30:00Z' }
    await send('alertmanager', alertmanagerDelivery(fault, over), 'closed')
    await send('grafana', grafanaDelivery(fault, over), 'attached')
    await expectIdentical(id, 3)
    const { known } = replayIncident(await late.stored(id)).stages[1] ?? {}
    expect(known).toMatchObject({ sources: ['grafana', 'alertmanager', 'pagerduty'] })
  })

  it('replays what the pipeline gave up on', async () => {
    const fault = { fault: randomUUID() }
    await late.close()
    late = await openPipeline(inject('redisUrl'), `late-${randomUUID()}`, 'fixtures/policies')
    const id = await send('grafana', grafanaDelivery(fault), 'accepted')
    late.work('normalize')
    await until(id, 'readiness')
    const [key, field] = [late.ledger.keys.incident(id), 'decision:normalize']
    const decision = (await late.redis.hget(key, field)) ?? ''
    await late.redis.hset(key, field, decision.replaceAll('appointments-api', 'billing-api'))
    late.work('readiness')
    await until(id, 'dead_lettered')
    expect(replayIncident(await late.stored(id))).toMatchObject({ outcome: 'differs', decisions: 1 })
    await late.redis.hset(key, field, decision)
    await expectIdentical(id, 1)
  })
})
