/** Whatever the API is asked, it answers as its document says, and never with a failure: a short run with a fixed seed. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openAskedApi } from './asked-api.ts'
import { DESCRIBED } from './document.ts'

const RUNS = 200

/** Too slowly, and too many: no single request is. */
const OF_TIME = [408, 429]

let api: Awaited<ReturnType<typeof openAskedApi>>
beforeAll(async () => {
  api = await openAskedApi(inject('redisUrl'))
})
afterAll(() => api.close())

/** Reviews before stops: what is stopped cannot be approved. */
const inOrder = DESCRIBED.toSorted((one, other) => one.path.localeCompare(other.path))

describe.each(inOrder)('$method $path', (described) => {
  it('answers every request as documented', async () => {
    const asked = fc.asyncProperty(api.requestsTo(described), async (request) => {
      expect(await api.breachOf(request)).toBeNull()
    })
    await fc.assert(asked, { seed: 20_261_121, numRuns: RUNS })
  })

  it('was seen to give every answer that a request alone can bring about', () => {
    const documented = Object.keys(described.operation.responses).map(Number)
    const expected = documented.filter((status) => status < 500 && !OF_TIME.includes(status))
    expect([...api.seen(described)].sort()).toEqual(expected.sort())
  })
})
