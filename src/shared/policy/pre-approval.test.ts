/** Membership, conditions and radius of what a spec pre-approves. */
import { expect, it } from 'vitest'
import type { PreApprovedAction } from '../contracts/policy.ts'
import { checkPreApproval, checkRadius } from './pre-approval.ts'

const listed: PreApprovedAction[] = [
  { action: 'restart_pod', requires: [] },
  {
    action: 'scale_up',
    requires: [
      { text: 'stateless', fact: 'stateless', kind: 'is_true' },
      { text: 'not frozen', fact: 'frozen', kind: 'is_not_true' },
    ],
  },
]
const stateless = { value: true, source: 'catalog', as_of: '2026-05-17T11:42:00.000Z' }

it.each<[string, readonly PreApprovedAction[], string]>([
  ['anything', [], "spec_has_no_actions: the spec's '## Pre-approved actions' lists no action"],
  [
    'delete_namespace',
    listed,
    "action_not_pre_approved: 'delete_namespace' is not one of the pre-approved actions: restart_pod, scale_up",
  ],
])('%s is not listed', (action, list, reason) => {
  const { entry, preconditions, blockers } = checkPreApproval(action, list, {})
  expect({ entry, preconditions }).toEqual({ entry: null, preconditions: [] })
  expect(blockers.map(({ code, message }) => `${code}: ${message}`)).toEqual([reason])
})

it('of what is listed every condition is told, and what is not met blocks', () => {
  const message = "precondition 'not frozen' not met (frozen is unknown: no series)"
  expect(checkPreApproval('scale_up', listed, { stateless }, { frozen: 'no series' })).toEqual({
    entry: listed[1],
    preconditions: [
      { condition: 'stateless', met: true, message: null },
      { condition: 'not frozen', met: false, message },
    ],
    blockers: [{ code: 'fact_unknown', message }],
  })
})

it('a radius is held against every limit that is stated', () => {
  const told = checkRadius({ radius: 'namespace' }, { card: 'deployment', spec: 'pod' })
  expect(told.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    "radius_exceeded: the plan's radius=namespace is wider than the card's radius_of_impact=deployment",
    "radius_exceeded: the plan's radius=namespace is wider than the spec's radius_of_impact=pod",
  ])
  expect(checkRadius({ radius: 'namespace' }, { card: 'namespace', spec: null })).toEqual([])
  expect(checkRadius({ radius: 'pod' }, { card: 'cluster', spec: undefined })).toEqual([])
})
