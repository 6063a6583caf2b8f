/** The API on a port of its own, with workers behind it and incidents of every kind, and what an answer of it breaches. */
import { randomUUID } from 'node:crypto'
import { apiClient } from '../../src/cli/demo/api-client.ts'
import { playScenario } from '../../src/cli/demo/play-scenario.ts'
import { SCENARIOS } from '../../src/cli/demo/scenarios.ts'
import { openPipeline } from '../support/api-pipeline.ts'
import { openClient } from './asked-client.ts'
import { openGuards } from './asked-logins.ts'
import { type Asked, asking } from './asking.ts'
import { DESCRIBED, type Described } from './document.ts'
import { examplesOf } from './examples.ts'
import { operationAt, undocumented } from './undocumented.ts'

/** As the demo plays them: what each comes to is the demo's to check. */
const playAll = async (origin: string) => {
  const silent = { begins: () => {}, answered: () => {}, ended: () => {} }
  const client = () => apiClient(origin, new AbortController().signal)
  await Promise.all(SCENARIOS.map((scenario) => playScenario(scenario, client(), silent)))
}

export const nameOf = ({ method, path }: Pick<Described, 'method' | 'path'>): string => `${method} ${path}`

export const openAskedApi = async (redisUrl: string) => {
  const { door, authenticate, raise } = openGuards()
  const policies = 'fixtures/demo/policies'
  const pipeline = await openPipeline(redisUrl, `asked-${randomUUID()}`, policies, door, authenticate)
  pipeline.work('normalize', 'readiness', 'dry-run')
  const origin = await pipeline.listen()
  await playAll(origin)
  const examples = await examplesOf(pipeline)
  raise()
  const client = openClient(origin)
  /** Operation -> the statuses it was seen to answer with. */
  const seen = new Map(DESCRIBED.map((described) => [nameOf(described), new Set<number>()]))

  /** What the answer breaches, or null. */
  const breachOf = async (asked: Asked): Promise<string | null> => {
    const { method, url } = asked
    const got = await client.send(asked)
    const described = operationAt(method, url)
    if (described) seen.get(nameOf(described))?.add(got.status)
    if (got.status >= 500) return `it failed with ${got.status}: ${got.body.slice(0, 300)}`
    // An answer without a body, whatever it would have been.
    return method === 'HEAD' ? null : undocumented({ method, url, ...got })
  }

  return {
    breachOf: async (asked: Asked) => {
      const breach = await breachOf(asked).catch((error: unknown) => `there is no answer: ${error}`)
      const { method, url, headers, body } = asked
      return (
        breach &&
        `${method} ${url} ${JSON.stringify(headers).slice(0, 300)} ${body?.toString().slice(0, 300)}: ${breach}`
      )
    },
    seen: (described: Described) => seen.get(nameOf(described)) ?? new Set<number>(),
    requestsTo: (described: Described) => asking(described, examples[described.operation.operationId] ?? []),
    close: async () => {
      client.close()
      await pipeline.close()
    },
  }
}
