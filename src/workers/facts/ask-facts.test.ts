import { expect, it, vi } from 'vitest'
import { findClassPolicy } from '../../shared/policy/class-policy.ts'
import { NOW, normalized, POLICIES } from '../stages/snapshot.fixture.ts'
import { askFacts } from './ask-facts.ts'

const asking = (facts: Record<string, { prometheus: string; max_age: number }>) => {
  const { policy } = findClassPolicy(POLICIES, 'high_memory_usage')
  if (!policy) throw new Error('no policy')
  const classes = new Map(POLICIES.classes).set('high_memory_usage', { ...policy, card: { ...policy.card, facts } })
  return normalized({ policies: { classes } }).snapshot
}
const prometheus = () => ({ ask: vi.fn(async () => ({ sample: 1, as_of: NOW })) })

it('waits for nothing where the policy asks nothing, with and without a Prometheus', () => {
  const source = prometheus()
  expect(askFacts(normalized().snapshot, source, NOW)).toBeNull()
  expect(askFacts(normalized().snapshot, undefined, NOW)).toBeNull()
  expect(source.ask).not.toHaveBeenCalled()
})

it('asks nothing for normalize, nor for a class without a policy', () => {
  const { incident, ...rest } = asking({ up: { prometheus: 'up', max_age: 1 } })
  const source = prometheus()
  expect(askFacts({ ...rest, incident: { ...incident, status: 'normalize' } }, source, NOW)).toBeNull()
  expect(askFacts({ ...rest, incident: { ...incident, event: null } }, source, NOW)).toBeNull()
  expect(askFacts({ ...rest, incident: { ...incident, incident_class: 'disk_full' } }, source, NOW)).toBeNull()
})

it('asks everything at once, for the time of the decision', async () => {
  const waiting: (() => void)[] = []
  const ask = vi.fn(
    () =>
      new Promise<{ sample: number; as_of: string }>((resolve) =>
        waiting.push(() => resolve({ sample: 1, as_of: NOW })),
      ),
  )
  const answers = askFacts(
    asking({ a: { prometheus: 'a{service="$service"}', max_age: 1 }, b: { prometheus: 'b', max_age: 1 } }),
    { ask },
    NOW,
  )
  expect(waiting).toHaveLength(2)
  for (const answer of waiting) answer()
  const query = { value: 'a{service="appointments-api"}', as_of: 'timestamp(a{service="appointments-api"})' }
  expect(await answers).toMatchObject({ a: { query, answer: { sample: 1 } }, b: { answer: { sample: 1 } } })
  expect(ask).toHaveBeenCalledWith(query, NOW)
})

it('does not ask about what the incident does not name', async () => {
  const snapshot = asking({ a: { prometheus: 'a{pod="$pod"}', max_age: 1 } })
  if (snapshot.incident.event) snapshot.incident.event = { ...snapshot.incident.event, pod: '' }
  const source = prometheus()
  expect(await askFacts(snapshot, source, NOW)).toEqual({
    a: { query: null, answer: { problem: 'pod of the incident is not known' } },
  })
  expect(source.ask).not.toHaveBeenCalled()
})

it('says what to set where there is no Prometheus to ask', async () => {
  expect(await askFacts(asking({ a: { prometheus: 'a', max_age: 1 } }), undefined, NOW)).toMatchObject({
    a: { answer: { problem: expect.stringContaining('PROMETHEUS_URL is not set') } },
  })
})
