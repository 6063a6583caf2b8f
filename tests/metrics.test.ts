/** What `/metrics` serves, read by Prometheus' own checker. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { createMetrics } from '../src/shared/telemetry/metrics.ts'

const UNPACKED = fileURLToPath(new URL('../.cache/bin', import.meta.url))

/** Throws where there is no promtool: `node scripts/setup.mjs promtool` gets one. */
const checkMetrics = (text: string): { status: number | null; problems: string } => {
  const { status, stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
    env: { PATH: `${process.env.PATH}:${UNPACKED}` },
  })
  if (error) throw new Error(`promtool did not run (${error.message}); run "node scripts/setup.mjs promtool"`)
  return { status, problems: stdout + stderr }
}

it('promtool finds nothing wrong with the metrics', async () => {
  expect(checkMetrics(await createMetrics('0.1.0').registry.metrics())).toEqual({ status: 0, problems: '' })
})

it('promtool would', () => {
  expect(checkMetrics('# TYPE jobs_total gauge\njobs_total 1\n').status).not.toBe(0)
})
