/** Replay finds what was changed in the store, and names the place and both values: an incident of its own for each case. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { verifyChain } from '../src/shared/audit/verify-chain.ts'
import type { StageName } from '../src/shared/contracts/audit-record.ts'
import { replayIncident } from '../src/workers/replay/replay-incident.ts'
import { RULES_VERSION } from '../src/workers/stage.ts'
import { openPipeline, type Pipeline } from './support/api-pipeline.ts'
import { grafanaDelivery, pagerdutyDelivery } from './support/faults.ts'
import { forge } from './support/forge.ts'
import { eventually } from './support/processes.ts'

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await openPipeline(inject('redisUrl'), `tampered-${randomUUID()}`, 'fixtures/policies')
  pipeline.work('normalize', 'readiness', 'dry-run')
})
afterAll(() => pipeline.close())

const faults = new Map<string, { fault: string }>()

/** An incident that waits for a person: three decisions. */
const decided = async (): Promise<string> => {
  const about = { fault: randomUUID() }
  const { body } = await pipeline.post('/webhooks/grafana', grafanaDelivery(about))
  const id = body.incidents[0].incident_id
  faults.set(id, about)
  await eventually(async () => expect((await pipeline.ledger.readRecord(id))?.status).toBe('awaiting_review'))
  return id
}

const fieldOf = (id: string) => pipeline.ledger.keys.incident(id)
/** In one field of the incident record, one text becomes another; it must be there. */
const inField = (name: string, from: string, to: string) => async (id: string) => {
  const text = (await pipeline.redis.hget(fieldOf(id), name)) ?? ''
  expect(text).toContain(from)
  await pipeline.redis.hset(fieldOf(id), name, text.replaceAll(from, to))
}
const inTrace = (position: number, from: string, to: string) => async (id: string) => {
  const key = pipeline.ledger.keys.trace(id)
  const text = (await pipeline.redis.lindex(key, position)) ?? ''
  expect(text).toContain(from)
  await pipeline.redis.lset(key, position, text.replace(from, to))
}
const forged = (stage: StageName, line: 'decision' | 'known' | 'output', from: string, to: string) => (id: string) =>
  forge(pipeline, id, stage, (texts) => {
    expect(texts[line]).toContain(from)
    return { ...texts, [line]: texts[line].replaceAll(from, to) }
  })
const replayed = async (id: string) => replayIncident(await pipeline.stored(id))

it('is identical before anything is changed', async () => {
  expect(await replayed(await decided())).toMatchObject({ outcome: 'identical', decisions: 3, differences: [] })
})

const SCORE = ['"score":24', '"score":25'] as const
const ANY = expect.anything()

describe('differs', () => {
  it.each<[string, (id: string) => Promise<void>, object]>([
    [
      'a stored output',
      inField('decision:readiness', ...SCORE),
      { stage: 'readiness', member: 'output.readiness.score', recorded: 25, replayed: 24 },
    ],
    [
      'a stored output, as the next stage takes it',
      inField('decision:readiness', ...SCORE),
      { stage: 'dry-run', member: 'dry_run_evaluated.input_digest', recorded: ANY, replayed: ANY },
    ],
    [
      'the bytes of a stored output',
      forged('dry-run', 'output', '"action":"restart_pod","blockers"', '"action": "restart_pod","blockers"'),
      { stage: 'dry-run', member: 'output', recorded: ANY, replayed: ANY },
    ],
    [
      'what was known, with no effect',
      inField('decision:readiness', '"sources":["grafana"]', '"sources":["grafana","pagerduty"]'),
      { stage: 'readiness', member: 'readiness_evaluated.prompt_hash', recorded: ANY, replayed: ANY },
    ],
    [
      'what was known, with an effect',
      inField('decision:readiness', '"coverage":1', '"coverage":0.5'),
      { stage: 'readiness', member: 'output.readiness.outcome', recorded: 'pass', replayed: 'block' },
    ],
    [
      'the clock of a decision',
      inField('decision:dry-run', '"now":"20', '"now":"19'),
      { stage: 'dry-run', member: 'records.0.at', recorded: ANY, replayed: expect.stringMatching(/^19/) },
    ],
    [
      'an audit record',
      inTrace(2, 'high_memory_usage/specify.md', 'other/specify.md'),
      { stage: 'trace', member: 'chain', recorded: 'intact', replayed: expect.stringContaining('record 2') },
    ],
    [
      'an audit record, where it belongs',
      inTrace(2, 'high_memory_usage/specify.md', 'other/specify.md'),
      { stage: 'readiness', member: 'records.0.decision_diff.spec.1.path', recorded: 'other/specify.md' },
    ],
    [
      'a record that is gone',
      async (id) => {
        await pipeline.redis.rpop(pipeline.ledger.keys.trace(id))
      },
      { stage: 'dry-run', member: 'records.1', replayed: expect.objectContaining({ event: 'review_requested' }) },
    ],
    [
      'a sighting',
      inField('sightings', '"service":"appointments-api"', '"service":"billing-api"'),
      { stage: 'normalize', member: 'output.event.service', recorded: 'appointments-api', replayed: 'billing-api' },
    ],
    [
      'a sighting, where it came in',
      inField('sightings', '"service":"appointments-api"', '"service":"billing-api"'),
      { stage: 'accept', member: expect.stringMatching(/^sightings\.grafana:.*\.output_digest$/) },
    ],
    [
      'the verdict',
      inField('verdict', 'awaiting_review', 'dry_run_passed'),
      { stage: 'incident', member: 'verdict.verdict', recorded: 'dry_run_passed', replayed: 'awaiting_review' },
    ],
    [
      'the status',
      inField('status', 'awaiting_review', 'dry_run_passed'),
      { stage: 'incident', member: 'status', recorded: 'dry_run_passed', replayed: 'awaiting_review' },
    ],
    [
      'the event',
      inField('event', '"severity":"P1"', '"severity":"P5"'),
      { stage: 'incident', member: 'event.severity', recorded: 'P5', replayed: 'P1' },
    ],
    [
      'the class',
      inField('incident_class', 'high_memory_usage', 'high_cpu_usage'),
      { stage: 'incident', member: 'incident_class', recorded: 'high_cpu_usage', replayed: 'high_memory_usage' },
    ],
    [
      'when it was accepted',
      inField('accepted_at', '20', '19'),
      { stage: 'incident', member: 'accepted_at', recorded: expect.stringMatching(/^19/) },
    ],
    [
      'what its sources come to',
      inField('seen', '"conflicts":[]', '"conflicts":[{}]'),
      { stage: 'incident', member: 'seen.conflicts.0', recorded: {} },
    ],
    [
      'what a stage knew its sources to come to, with every hash made to fit',
      forged('readiness', 'known', '"sources":["grafana"]', '"sources":["grafana","pagerduty"]'),
      { stage: 'readiness', member: 'known.sources.1', recorded: 'pagerduty' },
    ],
    [
      'a verdict that a late source gave',
      async (id) => {
        const { fault } = faults.get(id) ?? { fault: '' }
        await pipeline.post(
          '/webhooks/pagerduty',
          pagerdutyDelivery({ fault }, { service: { summary: 'billing-api' } }),
        )
        await inField('verdict', 'billing-api', 'appointments-api')(id)
      },
      { stage: 'incident', member: 'verdict', recorded: ANY, replayed: ANY },
    ],
  ])('%s', async (_, tamper, difference) => {
    const id = await decided()
    await tamper(id)
    const replay = await replayed(id)
    expect(replay).toMatchObject({ incident_id: id, outcome: 'differs' })
    expect(replay.differences).toContainEqual(expect.objectContaining(difference))
  })
})

it('finds the one thing that differs where every hash was made to fit', async () => {
  const id = await decided()
  await forged('readiness', 'output', ...SCORE)(id)
  const { trace, incident } = await pipeline.stored(id)
  expect(verifyChain(trace, incident)).toEqual({ intact: true, problem: null })
  expect((await replayed(id)).differences).toEqual([
    { stage: 'readiness', member: 'output.readiness.score', recorded: 25, replayed: 24 },
  ])
})

describe('the terms, which many decisions share', () => {
  const withTerms = async (change: (text: string) => string | null, then: (id: string) => Promise<void>) => {
    const id = await decided()
    const { decisions } = await pipeline.stored(id)
    const key = pipeline.ledger.keys.kept(decisions.readiness?.head.terms_digest ?? '')
    const text = decisions.readiness?.terms ?? ''
    const changed = change(text)
    if (changed === null) await pipeline.redis.del(key)
    else await pipeline.redis.set(key, changed)
    try {
      await then(id)
    } finally {
      await pipeline.redis.set(key, text)
    }
  }

  it('changed, differ by their digest and in what comes of them', () =>
    withTerms(
      (text) => text.replace('"score":5', '"score":1'),
      async (id) => {
        const { outcome, differences } = await replayed(id)
        expect(outcome).toBe('differs')
        const at = differences.map(({ stage, member }) => `${stage} ${member}`)
        expect(at).toContain('readiness decision.terms_digest')
        expect(at).toContain('readiness output.readiness.score')
      },
    ))

  it('lost, leave nothing to decide from: not replayable, with the reason', () =>
    withTerms(
      () => null,
      async (id) => {
        const { outcome, reasons } = await replayed(id)
        expect({ outcome, reasons }).toEqual({
          outcome: 'not_replayable',
          reasons: [expect.stringMatching(/^readiness cannot be decided again: its terms [0-9a-f]{64} are not kept/)],
        })
      },
    ))
})

describe('is not replayable, with the reason', () => {
  it.each<[string, (id: string) => Promise<unknown>, string]>([
    [
      'without a decision that the trace records',
      (id) => pipeline.redis.hdel(fieldOf(id), 'decision:dry-run'),
      'dry-run decided by its audit record, and its decision is not stored',
    ],
    [
      'with a decision in a form of its own',
      (id) => pipeline.redis.hset(fieldOf(id), 'decision:dry-run', '{}\n{}\n{}'),
      'the decision of dry-run is not in a form Interlock writes',
    ],
    [
      'with something known that no stage knows, every hash made to fit',
      forged('dry-run', 'known', '{', '{"another":1,'),
      'dry-run cannot be decided again',
    ],
  ])('%s', async (_, tamper, reason) => {
    const id = await decided()
    await tamper(id)
    expect(await replayed(id)).toMatchObject({ outcome: 'not_replayable', reasons: [expect.stringContaining(reason)] })
  })
})

describe('a decision under other rules', () => {
  const OLD = [`"rules_version":"${RULES_VERSION}"`, '"rules_version":"0"'] as const
  const said = 'readiness was decided under version 0 of the rules'

  it('is named as such, also where it comes out the same', async () => {
    const id = await decided()
    await forged('readiness', 'decision', ...OLD)(id)
    expect(await replayed(id)).toMatchObject({ outcome: 'other_rules', reasons: [said], differences: [] })
  })

  it('says what differs', async () => {
    const id = await decided()
    await forged('readiness', 'decision', ...OLD)(id)
    await forged('readiness', 'output', ...SCORE)(id)
    const { outcome, reasons, differences } = await replayed(id)
    expect({ outcome, reasons }).toEqual({ outcome: 'other_rules', reasons: [said] })
    expect(differences).toEqual([{ stage: 'readiness', member: 'output.readiness.score', recorded: 25, replayed: 24 }])
  })

  it('is no excuse for a store that was changed', async () => {
    const id = await decided()
    await forged('readiness', 'decision', ...OLD)(id)
    await inField('decision:readiness', ...SCORE)(id)
    expect(await replayed(id)).toMatchObject({ outcome: 'differs' })
  })
})
