/** A short run of the fuzz tests with a fixed seed, and every delivery that ever broke something, once more. */
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { keptCases } from './case.ts'
import { checkKnown } from './known.ts'
import { deliveriesLike } from './mutations.ts'
import { openReceiver } from './receiver.ts'
import { TARGETS } from './targets.ts'

/** All that webhooks state: Grafana's with and without time, PagerDuty's of two secrets and both, Splunk On-Call's. */
const VECTORS: Readonly<Record<string, number>> = { grafana: 2, pagerduty: 3, splunk_oncall: 1 }

const receiver = openReceiver()
afterAll(() => receiver.close())

describe.each(TARGETS)('$source', (target) => {
  const { source, fixtures } = target
  test('its golden fixtures, signature vectors and proofs hold', async () => {
    const { failures, ...counted } = await checkKnown(target)
    expect(failures).toEqual([])
    expect(counted).toEqual({ fixtures: fixtures.length, vectors: VECTORS[source] ?? 0, proofs: expect.any(Number) })
    expect(counted.proofs).toBeGreaterThanOrEqual(4)
  })

  test('answers every delivery, however broken, and takes none that names no service and class', async () => {
    const told = fc.asyncProperty(deliveriesLike(source, fixtures), async (delivery) => {
      expect(await receiver.breachOf(delivery)).toBeNull()
    })
    await fc.assert(told, { seed: 20_260_517, numRuns: 80 })
  })

  test.each(keptCases(source))('$what', async (delivery) => {
    expect(await receiver.breachOf(delivery)).toBeNull()
  })
})
