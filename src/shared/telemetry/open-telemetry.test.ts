import type { SpanExporter } from '@opentelemetry/sdk-trace-node'
import { expect, it } from 'vitest'
import { createLog } from './log.ts'
import { telling } from './open-telemetry.ts'

it('says that spans are lost when that begins, and again once some have arrived in between', () => {
  const lines: { event: string; error_code?: string }[] = []
  const log = createLog('worker', 'info', { write: (line) => lines.push(JSON.parse(line)) })
  const results: Parameters<Parameters<SpanExporter['export']>[1]>[0][] = []
  const lost = { code: 1, error: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }) }
  const outcomes = [{ code: 0 }, lost, lost, { code: 0 }, lost]
  let at = 0
  const exporter = telling({ export: (_, done) => done(outcomes[at++] ?? lost), shutdown: async () => {} }, log)
  const told = outcomes.map(() => {
    exporter.export([], (result) => results.push(result))
    return lines.length
  })
  expect(told).toEqual([0, 1, 1, 1, 2])
  expect(results).toEqual(outcomes)
  expect(lines).toMatchObject([
    { event: 'traces_lost', error_code: 'ECONNREFUSED' },
    { event: 'traces_lost', error_code: 'ECONNREFUSED' },
  ])
})
