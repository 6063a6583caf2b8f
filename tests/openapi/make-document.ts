/** The document of the API as `docs/openapi.json` has it: made by the server itself, which is asked nothing. */
import { everybody } from '../../src/producers/operators/open-operators.ts'
import { createServer, type ServerSettings } from '../../src/producers/server.ts'
import { createLog } from '../../src/shared/telemetry/log.ts'
import { createMetrics } from '../../src/shared/telemetry/metrics.ts'

export const openUnasked = () =>
  createServer({
    acceptance: { ledger: {} },
    authenticate: everybody,
    queues: [],
    metrics: createMetrics('0.0.0'),
    log: createLog('api', 'silent'),
  } as unknown as ServerSettings)

export const makeDocument = async (): Promise<string> => {
  const server = openUnasked()
  await server.ready()
  const text = `${JSON.stringify(server.swagger(), null, 2)}\n`
  await server.close()
  return text
}
