/** `interlock evidence ID --out DIR`: everything that proves one verdict, as a folder that can be verified anywhere. */
import { Command } from 'commander'
import { IncidentId } from '../shared/contracts/identifiers.ts'
import { readStored } from '../shared/ledger/stored-incident.ts'
import { PolicyError } from '../shared/policy/policy-error.ts'
import { readPolicyFiles } from '../shared/policy/policy-files.ts'
import { type Answer, answerError, CommandError, printAnswer } from './answer.ts'
import { readPrivateKey, readPublicKeys } from './audit/signing-keys.ts'
import { findCheckpoint } from './evidence/checkpoint-in-package.ts'
import { makePackage } from './evidence/make-package.ts'
import { checkNew, inPlaceOf, readPackage } from './evidence/package-files.ts'
import type { PolicyTexts } from './evidence/policy-copies.ts'
import { verifyEvidenceCommand } from './evidence/verify.ts'
import { verifyPackage } from './evidence/verify-package.ts'
import { reasonLines } from './reason-lines.ts'
import { withLedger } from './with-ledger.ts'

interface Options {
  out?: string
  key?: string
  checkpoints?: string
  publicKey?: string[]
  json?: boolean
}

/** What cannot be read is as good as changed: what was kept stands in for it. */
const policyFolder = async (dir: string): Promise<PolicyTexts> => {
  try {
    return (await readPolicyFiles(dir)).texts
  } catch (error) {
    if (error instanceof PolicyError) return new Map()
    throw error
  }
}

const checked = (id: string | undefined, { out, checkpoints, publicKey }: Options): { id: string; out: string } => {
  if (id === undefined)
    throw new CommandError('missing_incident', 'name the incident: interlock evidence <id> --out <dir>')
  if (!IncidentId.safeParse(id).success)
    throw new CommandError('incident_id_invalid', `'${id}' is not an incident id: they look like HM-2026-05-17-01`)
  if (out === undefined) throw new CommandError('missing_file', 'no folder given: name one with --out <dir>')
  if ((checkpoints === undefined) !== (publicKey === undefined))
    throw new CommandError('option_invalid', '--checkpoints and --public-key belong together: give both, or neither')
  return { id, out }
}

const readIncident = (id: string) =>
  withLedger(async ({ redis, ledger, config }) => {
    const stored = await readStored(redis, ledger.keys, id)
    if (!stored)
      throw new CommandError('incident_unknown', `there is no incident '${id}': "interlock incidents" lists them`)
    const { verdict, status } = stored.incident
    if (!verdict)
      throw new CommandError('verdict_missing', `${id} has no verdict yet, it is in ${status}: ask again when it has`)
    return { stored, verdict, folder: await policyFolder(config.POLICY_DIR) }
  })

const evidence = async (given: string | undefined, options: Options): Promise<Answer> => {
  const { id, out } = checked(given, options)
  const key = options.key === undefined ? null : readPrivateKey(options.key)
  const publicKeys = readPublicKeys(options.publicKey ?? [])
  await checkNew(out)
  const { stored, verdict, folder } = await readIncident(id)
  const { checkpoints } = options
  const checkpoint = checkpoints === undefined ? null : await findCheckpoint(checkpoints, publicKeys, stored)
  const make = async (draft: string): Promise<Answer> => {
    const made = await makePackage(draft, { stored, folder, key, checkpoint, publicKeys })
    const { problems, ...found } = await verifyPackage(draft, await readPackage(draft), new Map())
    if (problems.length > 0) {
      const err = [`BLOCK incident=${id}: what is stored does not prove its verdict`, ...reasonLines(problems)]
      return { exit: 1, json: { outcome: 'block', ...found, out: null, problems }, err: err.join('\n') }
    }
    const notes = [
      ...made.notes,
      ...(key ? [] : ['not signed: --key signs it with the audit key']),
      ...(checkpoints !== undefined && !checkpoint ? ['no checkpoint vouches for this chain yet'] : []),
    ]
    const counted = `verdict=${verdict.verdict} files=${made.files.size} signed_by=${found.signed_by ?? 'nobody'}`
    return {
      exit: 0,
      json: { outcome: 'pass', ...found, files: made.files.size, out, notes },
      out: [`PASS incident=${id} ${counted} out=${out}`, ...notes.map((note) => `note: ${note}`)].join('\n'),
    }
  }
  return inPlaceOf(out, make, ({ exit }) => exit === 0)
}

export const evidenceCommand = new Command('evidence')
  .description('put everything that proves one verdict into a folder that can be verified anywhere')
  .argument('[id]', 'an incident id')
  .option('--out <dir>', 'the folder, new or empty')
  .option('--key <file>', 'the private key of "interlock audit keygen": signs the verdict (in-toto, DSSE)')
  .option('--checkpoints <file>', 'the checkpoint file: the checkpoint that vouches for the trace goes along')
  .option('--public-key <files...>', 'the public key that signed the checkpoints')
  .option('--json', 'print one JSON document')
  .addCommand(verifyEvidenceCommand)
  .addHelpText(
    'after',
    `
The package is verified before it takes its place. docs/audit.md says what is in it, and what it proves.

Exit codes: 0 made, 1 what is stored does not prove the verdict (nothing is written), 2 usage or a failure.

Examples:
  $ interlock evidence HM-2026-05-17-01 --out evidence/HM-2026-05-17-01
  $ interlock evidence HM-2026-05-17-01 --out evidence/HM-2026-05-17-01 --key keys/audit.key
  $ interlock evidence verify evidence/HM-2026-05-17-01 --public-key keys/audit.pub`,
  )
  .action(async (id: string | undefined, options: Options) => {
    printAnswer(await evidence(id, options).catch(answerError), options.json === true)
  })
