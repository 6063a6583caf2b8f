/** The git commit that last changed a file: evidence for a decision, never a condition of one. */
import { execFile } from 'node:child_process'
import { basename, dirname } from 'node:path'

const DEADLINE_MS = 2_000

/** Null outside a git checkout, for a file git does not know, without git, and when git does not answer in time. */
export const lastCommit = (path: string): Promise<string | null> =>
  new Promise((resolve) => {
    const args = ['log', '-1', '--format=%H', '--', basename(path)]
    execFile('git', args, { cwd: dirname(path), timeout: DEADLINE_MS, killSignal: 'SIGKILL' }, (error, stdout) => {
      const commit = stdout.trim()
      resolve(!error && /^[0-9a-f]{40,64}$/.test(commit) ? commit : null)
    })
  })
