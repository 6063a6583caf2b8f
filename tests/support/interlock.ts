/** `bin/interlock` as a person calls it: runs to its end, and what came of it. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../bin/interlock', import.meta.url))

export interface Called {
  code: number | null
  out: string
  err: string
}

/** No environment but PATH and `env`; started in `cwd`, or where the tests are. */
export const interlock = (args: readonly string[], env: Record<string, string> = {}, cwd?: string): Promise<Called> =>
  new Promise((resolve) => {
    const child = execFile(BIN, args, { cwd, env: { PATH: process.env.PATH, ...env } }, (_, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    )
  })
