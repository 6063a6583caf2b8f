/** Verifies an evidence package by itself: its digests, its chain, every decision made again, its reports, its signatures. */
import type { KeyObject } from 'node:crypto'
import { keyId } from '../../shared/audit/checkpoint.ts'
import { replayIncident } from '../../workers/replay/replay-incident.ts'
import { parsePublicKey } from '../audit/signing-keys.ts'
import { CHECKPOINT, checkCheckpoint } from './checkpoint-in-package.ts'
import { derivedFiles } from './derived-files.ts'
import { MANIFEST, manifestOf, type PackageFiles } from './package-files.ts'
import { unpackIncident } from './packed-incident.ts'
import { policyTextsIn } from './policy-copies.ts'
import { ENVELOPE, envelopeProblem, STATEMENT, statementOf } from './statement.ts'
import { validate } from './validation.ts'

export interface Problem {
  code: 'file_changed' | 'file_missing' | 'file_added' | 'not_identical' | 'signature_invalid' | 'checkpoint_invalid'
  message: string
}

export interface VerifiedPackage {
  incident_id: string | null
  verdict: string | null
  signed_by: string | null
  /** How many audit records the checkpoint vouches for; null without one. */
  anchored: number | null
  problems: Problem[]
}

/** Every file against the list, and the list byte for byte: nothing in the folder can change without showing here. */
const manifestProblems = (files: PackageFiles): Problem[] => {
  const stated = files.get(MANIFEST)
  if (!stated) return [{ code: 'file_missing', message: `${MANIFEST} is missing: this is no evidence package` }]
  const expected = manifestOf(files)
  if (expected === String(stated)) return []
  const listed = new Map(
    String(stated)
      .split('\n')
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  )
  const found = new Map(expected.split('\n').map((line) => [line.slice(66), line.slice(0, 64)]))
  const names = [...new Set([...listed.keys(), ...found.keys()])].filter((name) => name !== '')
  const problems = names.flatMap((name): Problem[] => {
    if (!found.has(name)) return [{ code: 'file_missing', message: `${name} is listed in ${MANIFEST} and is missing` }]
    if (!listed.has(name)) return [{ code: 'file_added', message: `${name} is not listed in ${MANIFEST}` }]
    return found.get(name) === listed.get(name)
      ? []
      : [{ code: 'file_changed', message: `${name} is not the one that ${MANIFEST} lists` }]
  })
  return problems.length > 0 ? problems : [{ code: 'file_changed', message: `${MANIFEST} itself was changed` }]
}

const isKey = (path: string): boolean => /^keys\/[0-9a-f]{64}\.pub$/.test(path)

const SIGNATURES = new Set([CHECKPOINT, ENVELOPE, MANIFEST])

/** What the package says against what its inputs give. */
const contentProblems = (files: PackageFiles, expected: PackageFiles): Problem[] => [
  ...[...expected].flatMap(([path, bytes]): Problem[] =>
    files.get(path)?.equals(bytes)
      ? []
      : [{ code: 'not_identical', message: `${path} is not what the inputs of the package give` }],
  ),
  ...[...files.keys()]
    .filter((path) => !expected.has(path) && !SIGNATURES.has(path) && !isKey(path))
    .map((path): Problem => ({ code: 'file_added', message: `${path} does not belong to the package` })),
]

/** By their own id, whatever their files are called. Throws CommandError for one that is no key. */
const keysIn = (files: PackageFiles): Map<string, KeyObject> => {
  const keys = [...files].flatMap(([path, bytes]) => (isKey(path) ? parsePublicKey(String(bytes), path) : []))
  return new Map(keys.map((key) => [keyId(key), key]))
}

/** `given`: public keys that were kept elsewhere, by their id; without any the package's own are believed. */
export const verifyPackage = async (
  dir: string,
  files: PackageFiles,
  given: ReadonlyMap<string, KeyObject>,
): Promise<VerifiedPackage> => {
  const problems = manifestProblems(files)
  const none = { incident_id: null, verdict: null, signed_by: null, anchored: null }
  if (problems.length > 0) return { ...none, problems }

  const { stored } = unpackIncident(files)
  const { incident } = stored
  const replay = replayIncident(stored)
  if (replay.outcome !== 'identical' && !(replay.outcome === 'other_rules' && replay.differences.length === 0)) {
    for (const { stage, member, recorded, replayed } of replay.differences) {
      const values = `recorded ${JSON.stringify(recorded)}, decided again ${JSON.stringify(replayed)}`
      problems.push({ code: 'not_identical', message: `${stage} ${member}: ${values}` })
    }
    for (const reason of replay.reasons) problems.push({ code: 'not_identical', message: reason })
  }

  const { files: derived, reproduction } = derivedFiles(stored, policyTextsIn(files))
  const expected = new Map(derived)
  if (problems.length === 0) expected.set('validation.md', Buffer.from(await validate(dir, reproduction)))
  const statement = statementOf(stored, files)
  expected.set(STATEMENT, Buffer.from(statement))
  problems.push(...contentProblems(files, expected))

  const keys = given.size > 0 ? given : keysIn(files)
  const [envelope, checkpoint] = [files.get(ENVELOPE), files.get(CHECKPOINT)]
  const signed = envelope ? envelopeProblem(String(envelope), statement, keys) : { keyid: null, problem: null }
  if (signed.problem !== null) problems.push({ code: 'signature_invalid', message: `${ENVELOPE} ${signed.problem}` })
  if (!envelope && given.size > 0)
    problems.push({ code: 'signature_invalid', message: 'the package is not signed, and a public key was given' })
  const anchor = checkpoint ? checkCheckpoint(String(checkpoint), keys, stored) : null
  if (anchor?.problem) problems.push({ code: 'checkpoint_invalid', message: `${CHECKPOINT} ${anchor.problem}` })
  return {
    ...{ incident_id: incident.incident_id, verdict: incident.verdict?.verdict ?? null },
    ...{ signed_by: signed.problem === null ? signed.keyid : null, anchored: anchor?.records ?? null, problems },
  }
}
