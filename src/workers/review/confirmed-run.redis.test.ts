/** What a confirmation is worth later: the first-run memory, four eyes, and each further step of a semi-manual incident. */
import { describe, expect, inject, it } from 'vitest'
import { openChanging } from '../../../tests/support/changing-pipeline.ts'
import { grafanaDelivery } from '../../../tests/support/faults.ts'
import { MEMORY, OTHER_SPEC, SEMI_MANUAL, SERVICE, SHIPPED, withFacts } from '../../../tests/support/policies.ts'
import { eventually } from '../../../tests/support/processes.ts'
import { replayQuarantined } from '../../producers/replay-quarantined.ts'

const open = (start = SHIPPED) => openChanging(inject('redisUrl'), start)

describe('first-run memory', () => {
  it('lets the next run of the action on the service pass, until the specification changes', async () => {
    const { work, deliver, review, digestOf, become, sound, ledger } = await open()
    work()
    const first = await deliver()
    expect((await review(first, await digestOf(first))).status).toBe(200)
    // Within a second of a look that found nothing, a worker may still ask.
    await eventually(async () => {
      const known = (await ledger.read(first))?.incident.decisions['dry-run']?.known as { run_digest: string }
      const run = { service: SERVICE, incident_class: MEMORY, action: 'restart_pod', run_digest: known.run_digest }
      expect(await ledger.runs.isConfirmed(run)).toBe(true)
    })
    await sound(await deliver('dry_run_passed'))
    become(OTHER_SPEC)
    await sound(await deliver('awaiting_review'))
  })
})

describe('four eyes', () => {
  it.each([
    [true, 'Anna', 409],
    [true, 'ben', 200],
    [false, 'anna', 200],
  ])('four_eyes: %s, taken up by anna, approved by %s: %i', async (four_eyes, by, expected) => {
    const policies = { ...SHIPPED, review: { ...SHIPPED.review, four_eyes } }
    const { work, deliver, review, digestOf, damage, redrive, becomes } = await open(policies)
    work('normalize')
    const id = await deliver('readiness')
    const mend = await damage(id, 'normalize')
    work('readiness', 'dry-run')
    await becomes(id, 'dead_lettered')
    await mend()
    await redrive(id)
    await becomes(id, 'awaiting_review')
    const answer = await review(id, await digestOf(id), { by })
    expect(answer.status).toBe(expected)
    if (expected === 409) expect(answer.body.reason).toBe('own_run')
  })

  it.each([
    ['zo\u00e9', 'own_run'],
    ['ben', undefined],
  ])('taken out of quarantine by Zo\u0065\u0301, approved by %s', async (by, refused) => {
    const { ledger, queue, installation, work, review, digestOf, becomes } = await open()
    work()
    const kept = { id: 'Q-0123456789abcdef', source: 'grafana', request_id: 'r', reasons: ['x'], size_bytes: 2 }
    const body = grafanaDelivery({ fault: installation })
    const sealed = { body_sha256: '0'.repeat(64), kept: 'redacted' as const, body, headers: {} }
    const at = new Date().toISOString()
    await ledger.quarantine.keep({ ...kept, ...sealed }, at)
    const order = { by: 'Zo\u0065\u0301', reason: 'the mapping is mended' }
    const taken = await replayQuarantined(kept.id, order, at, { ledger, queue, policies: () => SHIPPED })
    const id = taken.outcome === 'replayed' ? (taken.answers[0]?.incident_id ?? '') : ''
    await becomes(id, 'awaiting_review')
    expect((await review(id, await digestOf(id), { by })).body.reason).toBe(refused)
  })
})

describe('semi-manual', () => {
  it('waits for a person before the dry-run, and for another word before its plan is released', async () => {
    const { work, deliver, review, digestOf, becomes, trace, sound, status, waiting } = await open(SEMI_MANUAL)
    work()
    const id = await deliver('semi_manual')
    expect(await waiting()).toEqual([id])
    expect(await review(id, 'd'.repeat(64))).toMatchObject({ status: 409, body: { reason: 'other_plan' } })
    expect(await review(id, null)).toMatchObject({ status: 200, body: { status: 'dry-run', plan_digest: null } })
    await becomes(id, 'awaiting_review')
    await sound(id)
    expect((await review(id, await digestOf(id))).body).toMatchObject({ outcome: 'approved' })
    expect(await status(id)).toBe('dry_run_passed')
    const events = (await trace(id)).map(({ event }) => event)
    expect(events.slice(events.indexOf('review_requested'))).toEqual([
      'review_requested',
      'review_approved',
      'dry_run_evaluated',
      'review_requested',
      'review_approved',
    ])
    await sound(id)
  })

  it('goes no further on a card that changed meanwhile', async () => {
    const { work, deliver, review, become, becomes, sound } = await open(SEMI_MANUAL)
    work()
    const id = await deliver('semi_manual')
    become(withFacts({ stateful: true, backup_verified: false }))
    expect(await review(id, null)).toMatchObject({ status: 409, body: { reason: 'changed' } })
    await becomes(id, 'blocked')
    await sound(id)
  })
})
