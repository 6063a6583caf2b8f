import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FlipStep } from '../shared/contracts/flip.ts'
import { judgeCard } from './readiness.ts'

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url))
const judged = (card: string, profile = 'default') => judgeCard({ readiness: `${fixtures}/${card}.json`, profile })

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'interlock-cards-'))
})
afterAll(() => rm(dir, { recursive: true }))
const file = async (name: string, text: string) => {
  await writeFile(join(dir, name), text)
  return join(dir, name)
}

describe('interlock readiness', () => {
  it('passes the course card, on stdout', async () => {
    expect(await judged('course/readiness_pass')).toEqual({
      exit: 0,
      out: 'PASS incident=HM-2026-05-17-01 score=24/25',
      json: {
        outcome: 'pass',
        incident_id: 'HM-2026-05-17-01',
        score: 24,
        threshold: 23,
        mode: 'auto',
        blockers: [],
        flip: [],
      },
    })
  })

  it.each([
    [
      'course/readiness_block_audit',
      'BLOCK incident=HM-2026-05-17-01 score=22/25',
      ['audit_trace_incomplete: audit_trace_coverage=0.7 < 1.0', 'score_below_threshold: total 22 < 23'],
    ],
    [
      'course/readiness_block_stateful',
      'BLOCK incident=DB-2026-05-17-02 score=24/25',
      ['stateful_without_backup: stateful=true, backup_verified=false'],
    ],
    [
      'cards/audit_trace_incomplete',
      'BLOCK incident=HM-2026-05-17-01 score=24/25',
      ['audit_trace_incomplete: audit_trace_coverage is missing'],
    ],
    [
      'cards/axis_missing',
      'BLOCK incident=HM-2026-05-17-01 score=20/25',
      ['axis_missing: no score for process: counts as 0', 'score_below_threshold: total 20 < 23'],
    ],
    [
      'cards/score_below_threshold',
      'BLOCK incident=HM-2026-05-17-01 score=21/25 mode=semi_manual',
      ['score_below_threshold: total 21 < 23'],
    ],
    ['cards/score_below_band', 'BLOCK incident=HM-2026-05-17-01 score=19/25', ['score_below_threshold: total 19 < 23']],
    [
      'cards/security_zero',
      'BLOCK incident=HM-2026-05-17-01 score=19/25',
      ['score_below_threshold: total 19 < 23', 'security_zero: security=0', 'rollback_missing: security=0 <= 2'],
    ],
    [
      'cards/verification_failed',
      'BLOCK incident=HM-2026-05-17-01 score=22/25',
      ['score_below_threshold: total 22 < 23', 'verification_failed: verification=2 <= 2'],
    ],
    [
      'cards/rollback_missing',
      'BLOCK incident=HM-2026-05-17-01 score=24/25',
      ['rollback_missing: rollback_condition_present=false'],
    ],
    [
      'cards/blast_radius_undefined',
      'BLOCK incident=HM-2026-05-17-01 score=24/25',
      ['blast_radius_undefined: radius_of_impact=cluster is wider than deployment and dry_run_verified=missing'],
    ],
    [
      'cards/stateful_without_backup',
      'BLOCK incident=HM-2026-05-17-01 score=24/25',
      ['stateful_without_backup: stateful=true, backup_verified=false'],
    ],
    [
      'cards/fact_unknown',
      'BLOCK incident=HM-2026-05-17-01 score=24/25',
      ['fact_unknown: stateful is missing: state it as true or false'],
    ],
  ])('%s is blocked, on stderr, with every reason', async (card, line, reasons) => {
    const answer = await judged(card)
    expect(answer).toMatchObject({ exit: 1, err: [line, ...reasons.map((reason) => `  - ${reason}`)].join('\n') })
    expect(answer.out).toBeUndefined()
    const { flip } = answer.json as { flip: FlipStep[] }
    expect(flip.length).toBeGreaterThan(0)
    for (const step of flip) expect(step).toMatchObject({ change: expect.not.stringMatching('none') })
  })

  it('judges by the profile that is named', async () => {
    expect(await judged('course/readiness_pass', 'high_cost')).toMatchObject({ exit: 0, json: { threshold: 24 } })
    expect(await judged('course/readiness_block_stateful', 'stateful_strict')).toMatchObject({
      json: { threshold: 24 },
    })
  })

  it('takes profiles from a policy folder, and cards in YAML', async () => {
    await file('settings.yaml', 'profiles: {own: {auto: 25, semi_manual: 24, reason: test}}')
    const card = await file(
      'card.yaml',
      'incident_id: HM-1\nstateful: false\nscores: {spec: 5, implementation: 5, verification: 5, process: 4, security: 5}\nchecks: {audit_trace_coverage: 1.0, rollback_condition_present: true, blast_radius_known: true}\npre_approved_action: restart_pod\n',
    )
    const answer = await judgeCard({ readiness: card, profile: 'own', policyDir: dir })
    expect(answer).toMatchObject({ exit: 1, json: { threshold: 25, mode: 'semi_manual' } })
  })

  it.each([
    ['sources: {required: 2, seen: [grafana]}', ['corroboration_missing']],
    ['sources: {required: 2, seen: [grafana, pagerduty]}', []],
    ['{}', []],
  ])('judges what stands beside the card: %s', async (text, codes) => {
    const contextFile = await file('context.yaml', text)
    const answer = await judgeCard({
      readiness: `${fixtures}/course/readiness_pass.json`,
      profile: 'default',
      contextFile,
    })
    expect(answer.json).toMatchObject({ blockers: codes.map((code) => ({ code })) })
  })

  it.each([
    ['source: {}', 'source is not a known key'],
    ['sources: {required: 2, seen: [nagios]}', 'sources.seen.0 is "nagios"'],
    ['freezes: [{scope: global}]', 'freezes.0.from is missing'],
  ])('a context that is %s cannot be used', async (text, message) => {
    const contextFile = await file('context.yaml', text)
    await expect(
      judgeCard({ readiness: `${fixtures}/course/readiness_pass.json`, profile: 'default', contextFile }),
    ).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringContaining(message) })
  })

  it.each([
    ['cards/invalid_score', 'default', 'invalid_input', 'scores.security is 9: a score is between 0 and 5'],
    ['cards/invalid_type', 'default', 'invalid_input', 'scores.security is "5"'],
    ['cards/invalid_key', 'default', 'invalid_input', 'checks.dryrun_verified is not a known key'],
    ['cards/invalid_disagreement', 'default', 'invalid_input', 'must not differ'],
    ['cards/none', 'default', 'unreadable_file', 'none.json (ENOENT)'],
    ['course/readiness_pass', 'cheap', 'unknown_profile', "--profile is 'cheap': use one of default, high_cost"],
    ['course/readiness_pass', 'constructor', 'unknown_profile', "--profile is 'constructor'"],
  ])('%s by %s cannot be used: %s', async (card, profile, code, message) => {
    await expect(judged(card, profile)).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it.each([
    ['broken.json', '{"incident_id": ', 'invalid_json'],
    ['empty.json', '', 'invalid_json'],
    [
      'twice.json',
      '{"scores": {"spec": 2,\n\t"spec": 5}}',
      'invalid_json',
      '(a key is stated twice at line 2, column 2)',
    ],
    ['binary.json', '\u001b[31m\u0007\n', 'invalid_json', /^[\x20-\x7e]+$/],
    ['huge.json', '{"scores": {"spec": 1e400}}', 'invalid_input', 'scores.spec is Infinity: expected number'],
    ['null.json', 'null', 'invalid_input'],
    ['list.json', '[]', 'invalid_input'],
    ['broken.yaml', 'a: [', 'invalid_yaml'],
  ])('%s cannot be used: %j', async (name, text, code, message: string | RegExp = name) => {
    const readiness = await file(name, text)
    await expect(judgeCard({ readiness, profile: 'default' })).rejects.toMatchObject({
      code,
      message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
    })
  })

  it('a byte order mark in front is no part of the card', async () => {
    const card = await readFile(`${fixtures}/course/readiness_pass.json`, 'utf8')
    const readiness = await file('marked.json', `\uFEFF${card}`)
    expect(await judgeCard({ readiness, profile: 'default' })).toMatchObject({ exit: 0 })
  })

  it('says which option is missing', async () => {
    await expect(judgeCard({ profile: 'default' })).rejects.toMatchObject({
      code: 'missing_file',
      message: expect.stringContaining('--readiness'),
    })
  })
})
