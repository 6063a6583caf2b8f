import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { BlockerCode } from '../../shared/contracts/blocker.ts'
import { loadPolicyFolder } from '../../shared/policy/policy-folder.ts'
import { SCENARIOS } from './scenarios.ts'

const fixtures = new URL('../../../fixtures/', import.meta.url)
const deliveries = SCENARIOS.flatMap((scenario) => scenario.deliveries)
const policies = await loadPolicyFolder(fileURLToPath(new URL('demo/policies', fixtures)))

/** Codes that no webhook and no policy alone can bring about. */
const OUT_OF_REACH: readonly BlockerCode[] = [
  'kill_switch_engaged',
  'audit_trace_incomplete',
  'blast_radius_budget_exhausted',
  'readiness_not_passed',
]

describe('the scenarios of the demo', () => {
  it('send recorded payloads', () => {
    expect(deliveries.filter(({ file }) => !existsSync(new URL(file, fixtures)))).toEqual([])
  })

  it('send the course pair as it is, since its answer is known', () => {
    const [first, second] = deliveries.filter(({ file }) => file.startsWith('course/'))
    expect([first?.rename, second?.rename]).toEqual([undefined, undefined])
  })

  it('show every blocker within reach', () => {
    const shown = new Set(SCENARIOS.flatMap(({ ends }) => ends.flatMap(({ blockers = [] }) => blockers)))
    expect(BlockerCode.options.filter((code) => !shown.has(code))).toEqual(OUT_OF_REACH)
  })

  it('use every class of the policies that were made for them', () => {
    const named = new Set(deliveries.flatMap(({ rename = {} }) => Object.values(rename)))
    const recorded = 'high_memory_usage'
    expect([...policies.classes.keys()].filter((name) => name !== recorded && !named.has(name))).toEqual([])
  })

  it('have their own titles', () => {
    expect(new Set(SCENARIOS.map(({ title }) => title)).size).toBe(SCENARIOS.length)
  })
})

it('of the demo policies only one cannot be read, on purpose', () => {
  const broken = [...policies.classes.values()].filter((policy) => 'problem' in policy)
  expect(broken.map(({ incident_class }) => incident_class)).toEqual(['policy_invalid'])
})
