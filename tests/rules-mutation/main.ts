/** `npm run test:rules-mutation`: changes everything in the rules that may be wrong, one at a time; every test must notice. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { table } from '../../src/cli/table.ts'
import { mutantsOf } from './mutants.ts'
import { type FileMutant, PROMETHEUS, tryMutants } from './try-mutants.ts'

const { rule: only } = new Command('npm run test:rules-mutation --')
  .description(
    'change every threshold, duration, operator, guard and label of the rules, one at a time; a test must fail',
  )
  .option('--rule <name>', 'only the rules whose name holds this')
  .addHelpText(
    'after',
    '\nExit codes: 0 all were noticed, 1 some were not (they are named), 2 it could not be done.\n\nExample:\n  $ npm run test:rules-mutation -- --rule QueueStalled',
  )
  .parse()
  .opts<{ rule?: string }>()

const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort())
const say = (text: string) => process.stderr.write(text)

const files = (await readdir(join(PROMETHEUS, 'rules'))).sort()
const originals = new Map(
  await Promise.all(
    files.map(async (file) => [file, await readFile(join(PROMETHEUS, 'rules', file), 'utf8')] as const),
  ),
)
const mutants: FileMutant[] = [...originals]
  .flatMap(([file, source]) => mutantsOf(source).map((mutant) => ({ ...mutant, file })))
  .filter(({ rule }) => rule.includes(only ?? ''))

const tally = new Map<string, { mutants: number; survivors: FileMutant[] }>()
let done = 0
try {
  for await (const { mutant, killed } of tryMutants(mutants, originals, interruption.signal)) {
    const counted = tally.get(mutant.rule) ?? { mutants: 0, survivors: [] }
    counted.mutants++
    if (!killed) counted.survivors.push(mutant)
    tally.set(mutant.rule, counted)
    done++
    say(process.stderr.isTTY ? `\r${done}/${mutants.length} ` : done % 50 === 0 ? `${done}/${mutants.length}\n` : '')
  }
  say('\n')
  const survivors = [...tally.values()].flatMap((counted) => counted.survivors)
  const rows = [...tally].map(([rule, counted]) => [rule, String(counted.mutants), String(counted.survivors.length)])
  console.log(table(['RULE', 'MUTANTS', 'SURVIVED'], rows))
  for (const { file, line, rule, change } of survivors)
    console.log(`survived: ${rule} (prometheus/rules/${file}:${line}): ${change}`)
  console.log(
    `${mutants.length} mutants, ${done - survivors.length} killed, ${survivors.length} survived, ${mutants.length - done} not tried`,
  )
  process.exitCode = survivors.length > 0 ? 1 : done === mutants.length && done > 0 ? 0 : 2
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
