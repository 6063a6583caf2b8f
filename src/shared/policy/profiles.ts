/** The built-in threshold profiles. `settings.yaml` adds to them or overrides them, always in pairs and with a reason. */
import type { Profile } from '../contracts/policy.ts'

export const BUILT_IN_PROFILES: Record<string, Profile> = {
  default: { auto: 23, semi_manual: 20, reason: 'at most two points lost, and no category carries another' },
  high_cost: {
    auto: 24,
    semi_manual: 21,
    stateful_auto: 24,
    reason: 'payments and health care: a wrong fix costs more than a slow one',
  },
  internal: { auto: 23, semi_manual: 21, reason: 'internal tools: a person is near, so half-ready cards go to one' },
  stateful_strict: {
    auto: 23,
    semi_manual: 20,
    stateful_auto: 24,
    reason: 'a stateful workload cannot be taken back by starting it again',
  },
}

/** Names come from files and command lines, so nothing inherited may count as a profile. */
export const findProfile = (profiles: Record<string, Profile>, name: string): Profile | null =>
  (Object.hasOwn(profiles, name) ? profiles[name] : null) ?? null
