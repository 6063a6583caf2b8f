/** `interlock evidence verify DIR`: checks a package without Redis, on any machine. */
import { Command } from 'commander'
import { type Answer, answerError, printAnswer } from '../answer.ts'
import { readPublicKeys } from '../audit/signing-keys.ts'
import { reasonLines } from '../reason-lines.ts'
import { readPackage } from './package-files.ts'
import { verifyPackage } from './verify-package.ts'

const verify = async (dir: string, publicKey: readonly string[] = []): Promise<Answer> => {
  const files = await readPackage(dir)
  const { problems, ...found } = await verifyPackage(dir, files, readPublicKeys(publicKey))
  const { incident_id, verdict, signed_by, anchored } = found
  const json = { outcome: problems.length === 0 ? 'pass' : 'block', ...found, files: files.size, problems }
  const counted = `incident=${incident_id ?? 'unknown'} verdict=${verdict ?? 'unknown'} files=${files.size}`
  if (problems.length > 0)
    return { exit: 1, json, err: [`BLOCK ${counted} problems=${problems.length}`, ...reasonLines(problems)].join('\n') }
  const believed = signed_by !== null && publicKey.length === 0
  const out = [
    `PASS ${counted} signed_by=${signed_by ?? 'nobody'} anchored_records=${anchored ?? 'none'}`,
    ...(believed
      ? ['the key is the one in the package: give --public-key with one you kept, to know whose it is']
      : []),
  ]
  return { exit: 0, json, out: out.join('\n') }
}

export const verifyEvidenceCommand = new Command('verify')
  .description('check a package: digests, chain, every decision made again, reports, signatures; needs no Redis')
  .argument('<dir>', 'an evidence package')
  .option('--public-key <files...>', 'keys you kept: the package must be signed with one of them')
  .option('--json', 'print one JSON document')
  .addHelpText(
    'after',
    `
Exit codes: 0 it holds, 1 it does not (each problem is named), 2 it cannot be read.

Examples:
  $ interlock evidence verify evidence/HM-2026-05-17-01
  $ interlock evidence verify evidence/HM-2026-05-17-01 --public-key audit.pub`,
  )
  .action(async (dir: string, _: unknown, command: Command) => {
    const { publicKey, json } = command.optsWithGlobals<{ publicKey?: string[]; json?: boolean }>()
    printAnswer(await verify(dir, publicKey).catch(answerError), json === true)
  })
