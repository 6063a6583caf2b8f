/** `validation.md` of a package: the commands that reproduce it, really run in the package, with what they print and their exit codes. */
import { execFile } from 'node:child_process'
import { projectFile } from '../../shared/project-file.ts'
import type { Reproduction } from './reproduction.ts'

interface Ran {
  args: string[]
  shows: string
  exit: number | null
  printed: string
}

const DEADLINE_MS = 60_000
const INTRODUCTION = `# Validation

Each command was run in this folder when the package was made, by the Interlock that made it, without Redis and without
anything from outside the folder. "interlock evidence verify ." runs them again, compares this file, decides the incident
again from \`inputs.json\` and compares bytes. Exit codes: 0 pass, 1 block, 2 unusable.
`

const run = (dir: string, { args, shows }: Reproduction['commands'][number]): Promise<Ran> =>
  new Promise((resolve) => {
    const options = { cwd: dir, env: {}, timeout: DEADLINE_MS, killSignal: 'SIGKILL' as const }
    const child = execFile(process.execPath, [projectFile('bin/interlock'), ...args], options, (_, out, err) =>
      resolve({ args, shows, exit: child.exitCode, printed: (out + err).trimEnd() }),
    )
  })

const described = ({ args, shows, exit, printed }: Ran): string =>
  [
    ...['', shows, '', '```console', `$ interlock ${args.join(' ')}`],
    ...printed.split('\n').map((line) => line.replaceAll('```', "'''")),
    ...['```', '', `Exit code: ${exit}`, ''],
  ].join('\n')

/** Runs the commands in `dir`, one after the other. */
export const validate = async (dir: string, { commands }: Reproduction): Promise<string> => {
  const ran: Ran[] = []
  for (const command of commands) ran.push(await run(dir, command))
  return INTRODUCTION + ran.map(described).join('')
}
