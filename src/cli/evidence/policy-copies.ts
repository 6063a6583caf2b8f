/** The policy that the decisions name: its files where the folder still is that one, and what is kept under the digests. Pure. */
import { digest, sha256 } from '../../shared/audit/digest.ts'
import { StageName } from '../../shared/contracts/audit-record.ts'
import type { StoredIncident } from '../../shared/ledger/stored-incident.ts'
import { readinessOf } from './decided.ts'
import { jsonText, termsPath } from './packed-incident.ts'

/** Text by path inside the policy folder. */
export type PolicyTexts = ReadonlyMap<string, string>

export interface PolicyCopies {
  files: [string, string][]
  /** Where a decision's policy is not here as files: why, and what is here instead. */
  notes: string[]
  /** The path of the specify.md by which it was decided, where that is here. */
  spec: string | null
}

const FOLDER = 'policy/'

/** What lies in the package as the policy folder: without the terms and the list of digests. */
export const policyTextsIn = (files: ReadonlyMap<string, Buffer>): PolicyTexts =>
  new Map(
    [...files]
      .filter(([path]) => path.startsWith(FOLDER) && !/^policy\/(terms-[^/]*|digests)\.json$/.test(path))
      .map(([path, bytes]) => [path.slice(FOLDER.length), String(bytes)]),
  )

const inOrder = (texts: PolicyTexts): [string, string][] => [...texts].sort(([a], [b]) => (a < b ? -1 : 1))

export const policyCopies = (stored: StoredIncident, folder: PolicyTexts): PolicyCopies => {
  const named = StageName.options.flatMap((stage) => {
    const head = stored.decisions[stage]?.head
    return head?.policy_digest ? [{ stage, ...head }] : []
  })
  const found = digest(inOrder(folder))
  const isWhole = named.some(({ policy_digest }) => policy_digest === found)
  const spec = readinessOf(stored)?.known.policy?.spec ?? null
  const isSpec = spec !== null && sha256(folder.get(spec.path) ?? '') === spec.digest
  const copied = inOrder(folder).filter(([path]) => isWhole || (isSpec && path === spec.path))

  const terms = named.flatMap(({ stage }): [string, string][] => {
    const text = stored.decisions[stage]?.terms
    return text ? [[termsPath(stage), text]] : []
  })
  const notes = named
    .filter(({ policy_digest }) => policy_digest !== found)
    .map(
      ({ stage, policy_digest }) =>
        `the policy folder is not the one ${stage} decided by (${policy_digest}): here is what was kept of that, ${termsPath(stage)}${isSpec && !isWhole ? `, and the unchanged ${spec.path}` : ''}`,
    )
  const digests = {
    decisions: named.map(({ stage, policy_digest, terms_digest }) => ({
      ...{ stage, policy_digest, terms_digest },
      copied: policy_digest === found ? 'the whole folder' : 'what was kept of it',
    })),
    files: Object.fromEntries(copied.map(([path, text]) => [path, sha256(text)])),
  }
  return {
    files: [
      ...copied.map(([path, text]): [string, string] => [`${FOLDER}${path}`, text]),
      ...terms,
      [`${FOLDER}digests.json`, jsonText(digests)],
    ],
    notes,
    spec: spec !== null && isSpec ? `${FOLDER}${spec.path}` : null,
  }
}
