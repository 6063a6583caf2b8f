/** Runs the tests of a rule over each of its mutants, on copies of prometheus/, and says which of them nobody noticed. */
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runTool } from '../support/run-tool.ts'
import type { Mutant } from './mutants.ts'

export const PROMETHEUS = fileURLToPath(new URL('../../prometheus', import.meta.url))

export interface FileMutant extends Mutant {
  /** The file's name in prometheus/rules. */
  file: string
}

/** An alert has a test of its name; what is recorded is tested in `recording*.yml`. */
const testsOf = async (folder: string, { rule }: Mutant): Promise<string[]> => {
  const tests = (await readdir(join(folder, 'tests'))).filter((name) =>
    rule.includes(':') ? name.startsWith('recording') : name === `${rule}.yml`,
  )
  if (tests.length === 0) throw new Error(`no test in prometheus/tests is about ${rule}`)
  return tests.map((name) => join(folder, 'tests', name))
}

const test = async (folder: string, mutant: FileMutant): Promise<boolean> => {
  const { status, output } = await runTool('promtool', ['test', 'rules', ...(await testsOf(folder, mutant))])
  // A mutant that cannot be read would count as killed and prove nothing.
  if (/parse error|could not parse/.test(output)) throw new Error(`${mutant.change} in ${mutant.file}: ${output}`)
  return status === 0
}

/**
 * Gives every mutant with whether its tests noticed, as they are done; `signal` ends it early. Throws when a test fails
 * without any change.
 */
export async function* tryMutants(
  mutants: readonly FileMutant[],
  originals: ReadonlyMap<string, string>,
  signal: AbortSignal,
): AsyncGenerator<{ mutant: FileMutant; killed: boolean }> {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-rules-'))
  try {
    await cp(PROMETHEUS, folder, { recursive: true })
    const all = (await readdir(join(folder, 'tests'))).map((name) => join(folder, 'tests', name))
    const { status, output } = await runTool('promtool', ['test', 'rules', ...all])
    if (status !== 0) throw new Error(`the tests fail as it is:\n${output}`)
    for (const mutant of mutants) {
      if (signal.aborted) return
      const path = join(folder, 'rules', mutant.file)
      await writeFile(path, mutant.text)
      yield { mutant, killed: !(await test(folder, mutant)) }
      await writeFile(path, originals.get(mutant.file) ?? '')
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
