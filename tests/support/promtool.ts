/** Prometheus' own checker of metrics. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** `scripts/setup.mjs prometheus` puts it there when there is none on PATH. */
const UNPACKED = fileURLToPath(new URL('../../.cache/bin', import.meta.url))

/** Throws where there is no promtool: `node scripts/setup.mjs prometheus` gets one. */
export const checkMetrics = (text: string): { status: number | null; problems: string } => {
  const { status, stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
    env: { PATH: `${process.env.PATH}:${UNPACKED}` },
  })
  if (error) throw new Error(`promtool did not run (${error.message}); run "node scripts/setup.mjs prometheus"`)
  return { status, problems: stdout + stderr }
}
