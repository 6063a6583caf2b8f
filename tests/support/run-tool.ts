/** Prometheus' own tools: promtool, which checks and tests rules, and amtool, which says what Alertmanager does with alerts. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** `scripts/setup.mjs` puts them there when there are none on PATH. */
const UNPACKED = fileURLToPath(new URL('../../.cache/bin', import.meta.url))
/** Which of its words gets them. */
const SETUP = { promtool: 'prometheus', amtool: 'alertmanager' } as const
export const onPath = { PATH: `${process.env.PATH}:${UNPACKED}` }
const DEADLINE_MS = 120_000

export interface Ran {
  status: number
  /** All it wrote. */
  output: string
}

/** Runs one of them to its end. Rejects where there is none, and says how to get it. */
export const runTool = (tool: keyof typeof SETUP, args: readonly string[]): Promise<Ran> =>
  new Promise((resolve, reject) => {
    execFile(tool, args, { env: onPath, timeout: DEADLINE_MS }, (error, stdout, stderr) => {
      const status = error ? error.code : 0
      if (typeof status === 'number') resolve({ status, output: stdout + stderr })
      else reject(new Error(`${tool} did not run (${error?.message}); run "node scripts/setup.mjs ${SETUP[tool]}"`))
    })
  })
