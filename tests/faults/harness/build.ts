/** The builds that fault tests run: the product with its crash points, as it is or with a guard taken out of it. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** One place in a source; a text that does not stand there exactly once fails the build. */
export interface Change {
  file: string
  from: string
  to: string
}

/** A dead worker's job comes back after 4 s instead of 15, and a dead connection is seen as soon: times a test can wait. */
export const QUICK: readonly Change[] = [
  {
    file: 'src/workers/stage-worker.ts',
    from: 'lockDuration: 10_000, stalledInterval: 5_000',
    to: 'lockDuration: 3_000, stalledInterval: 1_000',
  },
  { file: 'src/shared/queue/redis.ts', from: 'SILENT_MS = 15_000', to: 'SILENT_MS = 6_000' },
]

/** What Node is to run, in front of the arguments of the command line. */
export type Program = readonly string[]

const builds = new Map<string, Promise<Program>>()

const build = async (name: string, changes: readonly Change[]): Promise<Program> => {
  const folder = `.cache/faults/${name}`
  await promisify(execFile)(process.execPath, ['scripts/build.mjs', '--faults', folder, JSON.stringify(changes)], {
    cwd: ROOT,
  })
  return ['-e', `import('./${folder}/interlock.js').then(({ main }) => main(process.argv.slice(1)))`, '--']
}

/** Made once a run. */
export const buildFaults = (name: string, changes: readonly Change[]): Promise<Program> => {
  const known = builds.get(name) ?? build(name, changes)
  builds.set(name, known)
  return known
}
