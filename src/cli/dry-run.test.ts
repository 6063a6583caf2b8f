import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digest } from '../shared/audit/digest.ts'
import { type DryRunOptions, dryRunAction } from './dry-run.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const spec = (name: string) => `${root}/fixtures/specs/${name}.md`
const NOW = '2026-05-17T11:43:00.000Z'
const run = (options: DryRunOptions) => dryRunAction(options, NOW)
const scaleUp = (...context: string[]) =>
  run({ spec: spec('course_with_conditions'), action: 'scale_up_replicas_one', context })

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'interlock-context-'))
})
afterAll(() => rm(dir, { recursive: true }))
const file = async (name: string, text: string) => {
  await writeFile(join(dir, name), text)
  return join(dir, name)
}

describe('interlock dry-run', () => {
  it('passes a pre-approved action, without a plan while the target is not named, and says what is missing', () => {
    expect(run({ spec: spec('course'), action: 'restart_pod' })).toEqual({
      exit: 0,
      out: [
        'PASS: action=restart_pod conditions_met=0',
        '  no plan: namespace is not known and restart_pod needs it; pod is not known and restart_pod needs it',
      ].join('\n'),
      json: {
        outcome: 'pass',
        action: 'restart_pod',
        pre_approved: ['restart_pod', 'scale_up_replicas_one'],
        blockers: [],
        plan: null,
      },
    })
  })

  it('prints the plan with its digest where the target is named', () => {
    const answer = run({ spec: spec('course'), action: 'restart_pod', context: ['namespace=prod', 'pod=api-1'] })
    expect(answer).toMatchObject({
      exit: 0,
      json: { plan: { change: { resource: { kind: 'Pod', namespace: 'prod', name: 'api-1' } } } },
    })
    const [line, ...plan] = answer.out?.split('\n') ?? []
    expect(line).toBe(
      `PASS: action=restart_pod conditions_met=0 radius=pod plan_digest=${digest(JSON.parse(plan.join('\n')))}`,
    )
  })

  it('plans with the facts of the context, and with nothing in their place', () => {
    const prod = ['stateful=false', 'hpa_enabled=true', 'service=api', 'namespace=prod']
    expect(scaleUp(...prod, 'replicas=3')).toMatchObject({
      exit: 0,
      json: { plan: { facts: { replicas: 3 }, change: { before: { replicas: 3 }, after: { replicas: 4 } } } },
    })
    expect(scaleUp(...prod, 'replicas=2.5')).toMatchObject({
      exit: 1,
      err: expect.stringContaining(
        '  - fact_unknown: replicas=2.5, from context, is of no use to scale_up_replicas_one',
      ),
      json: { outcome: 'block', plan: null },
    })
    expect(scaleUp(...prod)).toMatchObject({
      exit: 0,
      json: { plan: { facts: {}, change: { before: { replicas_added: 0 }, after: { replicas_added: 1 } } } },
    })
    expect(run({ spec: spec('course'), action: 'rollback_deployment', context: prod })).toMatchObject({
      json: { blockers: [{ code: 'action_not_pre_approved' }] },
    })
  })

  it('blocks an action that is not pre-approved', () => {
    expect(run({ spec: spec('course'), action: 'delete_namespace' })).toMatchObject({
      exit: 1,
      err: [
        'BLOCK: action=delete_namespace',
        "  - action_not_pre_approved: 'delete_namespace' is not one of the pre-approved actions: restart_pod, scale_up_replicas_one",
      ].join('\n'),
      json: { outcome: 'block', plan: null },
    })
  })

  it('blocks by the condition, naming it and the value', () => {
    expect(scaleUp('stateless=false', 'hpa_enabled=true')).toMatchObject({
      exit: 1,
      err: [
        'BLOCK: action=scale_up_replicas_one',
        "  - precondition_not_met: precondition 'stateless' not met (stateless=false, from context)",
      ].join('\n'),
    })
  })

  it.each<[string[], number, string[]]>([
    [['stateless=true', 'hpa_enabled=true'], 0, []],
    [['stateful=false', 'hpa_enabled=true'], 0, []],
    [['stateful=true', 'hpa_enabled=true'], 1, ['precondition_not_met']],
    [['hpa_enabled=true'], 1, ['fact_unknown']],
    [['stateless=yes', 'hpa_enabled=1'], 1, ['precondition_not_met', 'precondition_not_met']],
    [[], 1, ['fact_unknown', 'fact_unknown']],
  ])('context %j: exit %d', (context, exit, codes) => {
    const answer = scaleUp(...context)
    expect(answer.exit).toBe(exit)
    expect(answer.json).toMatchObject({ blockers: codes.map((code) => ({ code })) })
  })

  it('reads the context from YAML or JSON; the command line overrides it', async () => {
    const yaml = await file('context.yaml', 'stateful: false\nhpa_enabled: false\n')
    const json = await file('context.json', '{"stateful": false, "hpa_enabled": true}')
    const given = { spec: spec('course_with_conditions'), action: 'scale_up_replicas_one' }
    expect(run({ ...given, contextFile: yaml }).exit).toBe(1)
    expect(run({ ...given, contextFile: yaml, context: ['hpa_enabled=true'] }).exit).toBe(0)
    expect(run({ ...given, contextFile: json }).exit).toBe(0)
  })

  it.each(['missing_pre_approved_actions', 'no_readable_action'])('%s approves nothing', (name) => {
    expect(run({ spec: spec(name), action: 'restart_pod' })).toMatchObject({
      exit: 1,
      json: { pre_approved: [], blockers: [{ code: 'spec_has_no_actions' }] },
    })
  })

  it('passes what is approved and not in the catalogue, without a plan; a wider plan than the spec says it blocks', async () => {
    const other = await file('other.md', '## Pre-approved actions\n\n- `restart_db_pod`\n')
    expect(run({ spec: other, action: 'restart_db_pod' })).toMatchObject({ exit: 0, json: { plan: null } })
    const narrow = await file(
      'narrow.md',
      '## Pre-approved actions\n\n```yaml\n- {action: scale_up_replicas_one, radius_of_impact: pod}\n```\n',
    )
    expect(run({ spec: narrow, action: 'scale_up_replicas_one' })).toMatchObject({
      exit: 1,
      json: { blockers: [{ code: 'radius_exceeded' }] },
    })
  })

  it.each<[DryRunOptions, string]>([
    [{ action: 'restart_pod' }, 'missing_file'],
    [{ spec: spec('course') }, 'missing_action'],
    [{ spec: spec('none'), action: 'restart_pod' }, 'unreadable_file'],
    [{ spec: spec('condition_unreadable'), action: 'restart_pod' }, 'invalid_spec'],
    [{ spec: spec('misspelt_requires'), action: 'restart_pod' }, 'invalid_spec'],
    [{ spec: spec('course'), action: 'restart_pod', context: ['stateless'] }, 'invalid_context'],
    [{ spec: spec('course'), action: 'restart_pod', context: ['=true'] }, 'invalid_context'],
    [{ spec: spec('course'), action: 'restart_pod', context: ['stateless='] }, 'invalid_context'],
    [{ spec: spec('course'), action: 'restart_pod', context: ['Stateless=true'] }, 'invalid_context'],
    [{ spec: spec('course'), action: 'restart_pod', context: ['a=1', 'a=2'] }, 'invalid_context'],
    [{ spec: spec('course'), action: 'restart_pod', context: ['stateful=true', 'stateless=true'] }, 'invalid_context'],
    [{ spec: spec('course'), action: 'restart_pod', contextFile: spec('none') }, 'unreadable_file'],
    [{ spec: spec('course'), action: 'restart_pod', contextFile: spec('course') }, 'invalid_json'],
  ])('%j cannot be used: %s', (options, code) => {
    expect(() => run(options)).toThrow(expect.objectContaining({ code }))
  })

  it('takes several values after one --context, and prints one JSON document', async () => {
    const args = ['dry-run', '--spec', spec('course_with_conditions'), '--action', 'scale_up_replicas_one']
    const context = ['--context', 'stateful=false', 'hpa_enabled=true', '--json']
    const { stdout, stderr } = await promisify(execFile)(`${root}/bin/interlock`, [...args, ...context])
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'pass', plan: null })
    expect(stderr).toBe('')
  })
})
