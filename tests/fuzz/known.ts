/** What is known of a source, checked before anything is made up: golden fixtures, signature vectors, proofs. */
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { openCertificates } from '../../src/producers/door/sns-certificates.ts'
import { Unauthorized } from '../../src/producers/door/unauthorized.ts'
import { verifyDelivery } from '../../src/producers/door/verify-delivery.ts'
import { parseSecrets } from '../../src/producers/door/webhook-secrets.ts'
import { sourceAt } from '../../src/producers/source-at.ts'
import { OPEN_DOOR } from '../support/api.ts'
import { proofCases } from '../support/proof-cases.ts'
import { AWS, issuers, PROVERS, type Prover } from '../support/proofs.ts'
import { VECTORS, type Vector } from '../support/signature-vectors.ts'
import { RECEIVED_AT } from '../support/source-fixtures.ts'
import { openReceiver } from './receiver.ts'
import { MAPPINGS, type Target } from './targets.ts'

export interface Known {
  fixtures: number
  vectors: number
  proofs: number
  /** What is not as it must be, a line each. */
  failures: string[]
}

const doorWith = (source: string, entry: unknown) => {
  const secrets = parseSecrets(JSON.stringify({ sources: { [source]: entry } }), 'secrets.json')
  return {
    ...OPEN_DOOR,
    secrets: () => secrets,
    certificates: openCertificates(AWS.fetch, AWS.roots),
    issuers,
    takesUnsigned: false,
  }
}

const misread = ({ source, fixtures }: Target): string[] =>
  fixtures.flatMap(({ body, headers, golden }) => {
    const readings = sourceAt(source, { sources: MAPPINGS }).read(body, RECEIVED_AT, headers)
    // As it is kept: what has no value is not there.
    const kept = JSON.parse(JSON.stringify(readings))
    return isDeepStrictEqual(kept, JSON.parse(readFileSync(golden, 'utf8'))) ? [] : [`not read as ${golden}`]
  })

const isTaken = async ({ source, signature, headers, at }: Vector, raw: Buffer): Promise<boolean> => {
  const presented = { headers, query: {} }
  const judge = async () =>
    verifyDelivery(sourceAt(source, { sources: MAPPINGS }), raw, presented, doorWith(source, { signature }), at * 1000)
  return judge().then(
    () => true,
    (error) => {
      if (error instanceof Unauthorized) return false
      throw error
    },
  )
}

const misjudged = async (vector: Vector, index: number): Promise<string[]> => {
  const other = Buffer.concat([vector.raw, Buffer.from(' ')])
  return [
    ...((await isTaken(vector, vector.raw)) ? [] : [`vector ${index + 1} is refused`]),
    ...((await isTaken(vector, other)) ? [`vector ${index + 1} holds for another body`] : []),
  ]
}

/** Through the real API, as a sender meets it. */
const wronglyAnswered = async (prover: Prover): Promise<{ proofs: number; failures: string[] }> => {
  const receiver = openReceiver(doorWith(prover.source, prover.entry))
  const cases = proofCases(prover)
  const failures: string[] = []
  for (const { what, taken, headers, query, raw } of cases) {
    const { status, code, written } = await receiver.answerTo({ source: `${prover.source}${query}`, headers, raw })
    const asItMust = taken ? status < 300 && written.length > 0 : code === 'signature_invalid' && written.length === 0
    if (!asItMust) failures.push(`${prover.how}, ${what}: answered ${status} ${code ?? ''}`)
  }
  await receiver.close()
  return { proofs: cases.length, failures }
}

export const checkKnown = async (target: Target): Promise<Known> => {
  const vectors = VECTORS.filter(({ source }) => source === target.source)
  const answered = []
  for (const prover of PROVERS.filter(({ source }) => source === target.source))
    answered.push(await wronglyAnswered(prover))
  return {
    fixtures: target.fixtures.length,
    vectors: vectors.length,
    proofs: answered.reduce((all, { proofs }) => all + proofs, 0),
    failures: [
      ...misread(target),
      ...(await Promise.all(vectors.map(misjudged))).flat(),
      ...answered.flatMap(({ failures }) => failures),
    ],
  }
}
