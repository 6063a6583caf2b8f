/** Makes an evidence package of a stored incident: everything it says, the commands run, the verdict stated and signed, the digests. */
import type { KeyObject } from 'node:crypto'
import { keyId } from '../../shared/audit/checkpoint.ts'
import type { Checkpoint } from '../../shared/contracts/checkpoint.ts'
import type { StoredIncident } from '../../shared/ledger/stored-incident.ts'
import { publicPem } from '../audit/signing-keys.ts'
import { CHECKPOINT } from './checkpoint-in-package.ts'
import { derivedFiles } from './derived-files.ts'
import { MANIFEST, manifestOf, type PackageFiles, writeFiles } from './package-files.ts'
import type { PolicyTexts } from './policy-copies.ts'
import { ENVELOPE, envelopeOf, STATEMENT, statementOf } from './statement.ts'
import { validate } from './validation.ts'

export interface Given {
  stored: StoredIncident
  folder: PolicyTexts
  /** Null: the package is not signed. */
  key: KeyObject | null
  checkpoint: Checkpoint | null
  /** Of the checkpoint, by their id. */
  publicKeys: ReadonlyMap<string, KeyObject>
}

const signatureFiles = ({ key, checkpoint, publicKeys }: Given): [string, string][] => {
  const signedBy = checkpoint && publicKeys.get(checkpoint.key_id)
  const keys = [key, signedBy].flatMap((one) => one ?? [])
  return [
    ...(checkpoint ? [[CHECKPOINT, `${JSON.stringify(checkpoint)}\n`] as [string, string]] : []),
    ...keys.map((one): [string, string] => [`keys/${keyId(one)}.pub`, publicPem(one)]),
  ]
}

/** Writes it into `dir`, which is there. Returns what is worth saying of it. */
export const makePackage = async (dir: string, given: Given): Promise<{ files: PackageFiles; notes: string[] }> => {
  const { files, reproduction, notes } = derivedFiles(given.stored, given.folder)
  const add = (path: string, text: string) => files.set(path, Buffer.from(text))
  for (const [path, text] of signatureFiles(given)) add(path, text)
  await writeFiles(dir, files)
  add('validation.md', await validate(dir, reproduction))
  const statement = statementOf(given.stored, files)
  add(STATEMENT, statement)
  if (given.key) add(ENVELOPE, envelopeOf(statement, given.key))
  add(MANIFEST, manifestOf(files))
  await writeFiles(dir, files)
  return { files, notes }
}
