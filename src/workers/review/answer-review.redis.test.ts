/** A person's answer to an incident that waits, taken by the API: approved, denied, refused, and taken once. */
import { describe, expect, inject, it } from 'vitest'
import { openChanging } from '../../../tests/support/changing-pipeline.ts'
import { SHIPPED } from '../../../tests/support/policies.ts'

const open = () => openChanging(inject('redisUrl'), SHIPPED)

describe('an incident that awaits review', () => {
  it('passes once it is approved, with who, why and which plan in its trace', async () => {
    const { work, deliver, review, digestOf, trace, sound, waiting, status } = await open()
    work()
    const id = await deliver()
    expect(await waiting()).toEqual([id])
    const plan_digest = await digestOf(id)
    expect(await review(id, plan_digest)).toMatchObject({ status: 200, body: { outcome: 'approved', plan_digest } })
    expect(await status(id)).toBe('dry_run_passed')
    expect((await trace(id)).at(-1)).toMatchObject({
      event: 'review_approved',
      stage: 'review',
      actor: 'reviewer:anna',
      decision_diff: {
        status: ['awaiting_review', 'dry_run_passed'],
        reason: [null, 'seen'],
        via: [null, 'open'],
        plan_digest: [null, plan_digest],
      },
    })
    expect(await waiting()).toEqual([])
    await sound(id)
    expect(await review(id, plan_digest)).toMatchObject({ status: 409, body: { reason: 'not_waiting' } })
  })

  it('is rejected once it is denied, also while everything is stopped', async () => {
    const { work, deliver, review, digestOf, sound, status, ledger } = await open()
    work()
    const id = await deliver()
    await ledger.stops.engage({ scope: 'global', by: 'anna', reason: 'x' }, new Date().toISOString())
    const answer = await review(id, await digestOf(id), { decision: 'deny' })
    expect(answer).toMatchObject({ status: 200, body: { outcome: 'denied', status: 'rejected' } })
    expect(await status(id)).toBe('rejected')
    await sound(id)
  })

  it('refuses an approval of another plan, and one that an emergency stop covers', async () => {
    const { work, deliver, review, digestOf, status, ledger, waiting } = await open()
    work()
    const id = await deliver()
    expect(await review(id, 'd'.repeat(64))).toMatchObject({ status: 409, body: { reason: 'other_plan' } })
    expect(await review(id, null)).toMatchObject({ status: 409, body: { reason: 'other_plan' } })
    await ledger.stops.engage({ scope: 'action:restart_pod', by: 'anna', reason: 'x' }, new Date().toISOString())
    expect(await review(id, await digestOf(id))).toMatchObject({ status: 409, body: { reason: 'stopped' } })
    expect(await status(id)).toBe('awaiting_review')
    expect(await waiting()).toEqual([id])
  })

  it('is answered once, however many answer at the same time', async () => {
    const { work, deliver, review, digestOf, sound, trace } = await open()
    work()
    const id = await deliver()
    const plan_digest = await digestOf(id)
    const decisions = ['approve', 'deny', 'approve', 'deny', 'approve', 'approve']
    const answers = await Promise.all(decisions.map((decision) => review(id, plan_digest, { decision })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409])
    expect((await trace(id)).filter(({ stage }) => stage === 'review')).toHaveLength(1)
    await sound(id)
  })
})

describe('the route', () => {
  it.each<[object, RegExp]>([
    [{ by: ' ' }, /by is " ": say who decides/],
    [{ by: undefined }, /by is missing: say who decides/],
    [{ reason: undefined }, /reason is missing: say why/],
    [{ reason: 'x'.repeat(1001) }, /reason is "x+…: at most 1000/],
    [{ decision: 'maybe' }, /decision is "maybe": approve or deny/],
    [{ plan_digest: undefined }, /plan_digest/],
    [{ plan_digest: 'c7ae69e8' }, /plan_digest is "c7ae69e8": .*64 lower case hex digits/],
    [{ force: true }, /force/],
  ])('names what is wrong with %j', async (more, problem) => {
    const { review } = await open()
    const answer = await review('HM-2026-05-17-01', 'd'.repeat(64), more)
    expect(answer).toMatchObject({ status: 400, body: { code: 'review_invalid' } })
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(answer.body.detail).toMatch(problem)
  })

  it.each<[string, string | Buffer, Record<string, string>, number, string]>([
    ['no body', '', { 'content-type': 'application/json' }, 400, 'body_empty'],
    ['half a body', '{"decision"', { 'content-type': 'application/json' }, 400, 'body_not_json'],
    ['a list', '[]', { 'content-type': 'application/json' }, 400, 'review_invalid'],
    [
      'a form',
      'decision=approve',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'content_type_unsupported',
    ],
    ['too much', `"${'x'.repeat(1_100_000)}"`, { 'content-type': 'application/json' }, 413, 'body_too_large'],
  ])('refuses %s', async (_, body, headers, status, code) => {
    const { post } = await open()
    const answer = await post('/incidents/HM-2026-05-17-01/review', body, headers)
    expect(answer).toMatchObject({ status, body: { status, code } })
  })

  it('says when there is no such incident', async () => {
    const { review } = await open()
    const unknown = { status: 404, body: { code: 'incident_unknown' } }
    expect(await review('HM-2026-05-17-99', null)).toMatchObject(unknown)
    expect(await review('nonsense', null)).toMatchObject(unknown)
  })

  it('refuses an incident in flight and one that is blocked: neither waits for anybody', async () => {
    const { work, deliver, review, become } = await open()
    const id = await deliver('normalize')
    const refusal = { status: 409, body: { code: 'review_refused', reason: 'not_waiting', plan: null } }
    expect(await review(id, null)).toMatchObject({
      ...refusal,
      body: { ...refusal.body, incident_status: 'normalize' },
    })
    become({ ...SHIPPED, classes: new Map() })
    work()
    const blocked = await deliver('blocked')
    expect(await review(blocked, null)).toMatchObject(refusal)
  })
})
