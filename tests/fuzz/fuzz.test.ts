/** A short run of the fuzz tests with a fixed seed, and every delivery that ever broke something, once more. */
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { keptCases } from './case.ts'
import { deliveriesLike } from './mutations.ts'
import { openReceiver } from './receiver.ts'
import { MAPPINGS, TARGETS } from './targets.ts'

const receiver = openReceiver(MAPPINGS)
afterAll(() => receiver.close())

describe.each(TARGETS)('$source', ({ source, fixtures }) => {
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
