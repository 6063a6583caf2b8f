/** The verdict as an in-toto statement with a SLSA verification summary, and its DSSE envelope. Pure: Ed25519 signs the same each time. */
import { type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'
import { keyId } from '../../shared/audit/checkpoint.ts'
import { canonicalJson, sha256 } from '../../shared/audit/digest.ts'
import type { StoredIncident } from '../../shared/ledger/stored-incident.ts'
import { VERSION } from '../../shared/version.ts'
import { MANIFEST, type PackageFiles, sorted } from './package-files.ts'

export const STATEMENT = 'verdict.intoto.json'
export const ENVELOPE = 'verdict.dsse.json'
const PAYLOAD_TYPE = 'application/vnd.in-toto+json'

const sha = (hex: string) => ({ digest: { sha256: hex } })

/** Its subjects are all other files of the package, so that a signature over it covers them. */
export const statementOf = ({ incident, decisions }: StoredIncident, files: PackageFiles): string => {
  const about = sorted(files).filter(([path]) => ![STATEMENT, ENVELOPE, MANIFEST].includes(path))
  const policy = (decisions['dry-run'] ?? decisions.readiness)?.head.policy_digest
  const verdict = incident.verdict?.verdict
  // Whatever a person has yet to confirm has not passed.
  const passed = verdict === 'dry_run_passed'
  return canonicalJson({
    _type: 'https://in-toto.io/Statement/v1',
    subject: about.map(([name, bytes]) => ({ name, ...sha(sha256(bytes)) })),
    predicateType: 'https://slsa.dev/verification_summary/v1',
    predicate: {
      verifier: { id: 'urn:interlock', version: { interlock: VERSION } },
      timeVerified: incident.verdict?.at,
      resourceUri: `urn:interlock:incident:${incident.incident_id}`,
      policy: { uri: `urn:interlock:policy:${incident.incident_class}`, ...(policy && sha(policy)) },
      inputAttestations: about
        .filter(([name]) => name === 'trace.jsonl')
        .map(([uri, bytes]) => ({ uri, ...sha(sha256(bytes)) })),
      verificationResult: passed ? 'PASSED' : 'FAILED',
      verifiedLevels: [passed ? 'INTERLOCK_DRY_RUN_PASSED' : 'FAILED'],
      interlock: { verdict, stage: incident.verdict?.stage, blockers: incident.verdict?.blockers },
    },
  })
}

/** The pre-authentication encoding of DSSE v1: what is signed. */
const encoded = (payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `), payload])

export const envelopeOf = (statement: string, key: KeyObject): string => {
  const payload = Buffer.from(statement)
  const signatures = [{ keyid: keyId(key), sig: sign(null, encoded(payload), key).toString('base64') }]
  return canonicalJson({ payload: payload.toString('base64'), payloadType: PAYLOAD_TYPE, signatures })
}

const Envelope = z.strictObject({
  payload: z.string(),
  payloadType: z.literal(PAYLOAD_TYPE),
  signatures: z.tuple([z.strictObject({ keyid: z.string(), sig: z.string() })]),
})

/** Why the envelope does not vouch for the statement, as what is said of it; null where one of the keys signed it. `keys` are by their id. */
export const envelopeProblem = (
  text: string,
  statement: string,
  keys: ReadonlyMap<string, KeyObject>,
): { keyid: string | null; problem: string | null } => {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {}
  const { data } = Envelope.safeParse(raw)
  if (!data || canonicalJson(data) !== text) return { keyid: null, problem: 'is not an envelope that Interlock writes' }
  const [{ keyid, sig }] = data.signatures
  const key = keys.get(keyid)
  if (!key) return { keyid, problem: `is signed with key ${keyid}, which is not among the public keys` }
  const payload = Buffer.from(statement)
  if (data.payload !== payload.toString('base64'))
    return { keyid, problem: `holds another statement than ${STATEMENT}` }
  const holds = verify(null, encoded(payload), key, Buffer.from(sig, 'base64'))
  return { keyid, problem: holds ? null : 'was changed: its signature does not match' }
}
