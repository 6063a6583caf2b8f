/** Processes whose clocks are hours apart: order and decisions hang on the chain, not on what time it is said to be. */
import { expect, test } from 'vitest'
import { NOTHING_FOUND } from './harness/findings.ts'
import { openSite, type Site } from './harness/site.ts'
import { SKEWED, someoneDies } from './harness/skewed.ts'

/** Whether the clocks were felt: some trace has a record that is older than the one before it. */
const wentBack = async ({ installation: { ledger } }: Site): Promise<boolean> => {
  const listed = await ledger.idsAfter(null, 1_000)
  const traces = await Promise.all(listed.map(async ({ id }) => (await ledger.read(id))?.trace ?? []))
  return traces.some((trace) => trace.some(({ at }, seq) => at < (trace[seq - 1]?.at ?? '')))
}

test('decide the same, once and in order, though one of them dies', { timeout: 180_000 }, async () => {
  const site = await openSite(SKEWED)
  try {
    expect(await site.after(someoneDies)).toEqual(NOTHING_FOUND)
    expect(Object.keys(site.incidents())).toEqual(['verdict:awaiting_review'])
    expect(await wentBack(site)).toBe(true)
  } finally {
    await site.close()
  }
})
