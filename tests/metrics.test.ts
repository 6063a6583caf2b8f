/** What `/metrics` serves, read by Prometheus' own checker. */
import { expect, it } from 'vitest'
import { createMetrics } from '../src/shared/telemetry/metrics.ts'
import { checkMetrics } from './support/promtool.ts'

it('promtool finds nothing wrong with the metrics', async () => {
  expect(checkMetrics(await createMetrics('0.1.0').registry.metrics())).toEqual({ status: 0, problems: '' })
})

it('promtool would', () => {
  expect(checkMetrics('# TYPE jobs_total gauge\njobs_total 1\n').status).not.toBe(0)
})
