/** A card that was edited after readiness had let an incident through. */
import { expect, it } from 'vitest'
import type { Ready } from '../../shared/contracts/ready.ts'
import { judgeAgain } from './judge-again.ts'
import { readiness } from './readiness.ts'
import { type PolicyInForce, readinessKnown } from './readiness-known.ts'
import { NOW, normalized } from './snapshot.fixture.ts'

const { input, snapshot } = normalized()
const { known } = readinessKnown(snapshot)
const ready = readiness.decide(input, known, NOW).output
const policy = known.policy as PolicyInForce
const scored = (score: number): PolicyInForce => {
  const { card } = policy
  const spec = { score, evidence: ['x'], reduction: null }
  return { ...policy, card: { ...card, scores: { ...card.scores, spec } } }
}
const semiManual = { ...ready, readiness: { ...ready.readiness, mode: 'semi_manual' } } as Ready

it.each<[string, Ready, PolicyInForce, boolean | null, string[]]>([
  ['as it was', ready, policy, false, []],
  ['short now', ready, scored(3), false, ['score_below_threshold']],
  ['as short as a person let it go on', semiManual, scored(3), false, []],
  ['no longer short', semiManual, policy, false, []],
  ['too short for a person as well', semiManual, scored(0), false, ['score_below_threshold']],
  [
    'with a backup that does not count',
    ready,
    { ...policy, backup_verified: false },
    true,
    ['stateful_without_backup'],
  ],
  ['of a backup that nobody needs', ready, { ...policy, backup_verified: false }, false, []],
  ['about another action', ready, { ...policy, action: 'other' }, false, ['action_not_pre_approved']],
  ['that asks for more sources', ready, { ...policy, sources_required: 2 }, false, ['corroboration_missing']],
])('%s', (_, passed, edited, stateful, codes) => {
  expect(judgeAgain(passed, edited, stateful, ['grafana']).map(({ code }) => code)).toEqual(codes)
})
