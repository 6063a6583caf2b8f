/** What is sent to a source to see who gets in: each delivery with its proof, and whether it must be taken. */
import { readFileSync } from 'node:fs'
import { fixturePath } from './fixture.ts'
import type { Prover, Which } from './proofs.ts'

const MINUTE = 60_000

export interface ProofCase {
  what: string
  taken: boolean
  headers: Record<string, string>
  /** With its question mark, or empty. */
  query: string
  raw: Buffer
}

/** The bytes of a fixture as they are sent, and what they are called. */
export const bodyOf = (path: string): { raw: Buffer; type: string } => {
  const bytes = readFileSync(fixturePath(path))
  if (!path.endsWith('.request.json')) return { raw: bytes, type: 'application/json' }
  return { raw: Buffer.from(JSON.parse(bytes.toString()).body_raw), type: 'application/x-www-form-urlencoded' }
}

/** The first alert there is in it says something else. */
const tampered = (raw: Buffer): Buffer => Buffer.from(raw.toString().replace('appointments-api', 'appointments-apj'))

/** As they would be sent now. */
export const proofCases = ({ fixture, prove, proves }: Prover): ProofCase[] => {
  const now = Date.now()
  const { raw: body, type } = bodyOf(fixture)
  const sent = (which: Which, at = now) => {
    const { headers = {}, query = '', raw = body } = prove(body, which, at)
    return { headers: { 'content-type': type, ...headers }, query: query && `?${query}`, raw }
  }
  const right = sent('right')
  return [
    { what: 'the right secret', taken: true, ...right },
    { what: 'the secret before it', taken: true, ...sent('rotated') },
    { what: 'a wrong secret', taken: false, ...sent('wrong') },
    { what: 'no proof', taken: false, headers: { 'content-type': type }, query: '', raw: body },
    ...(proves.includes('body') ? [{ what: 'another body', taken: false, ...right, raw: tampered(right.raw) }] : []),
    ...(proves.includes('time')
      ? [
          { what: 'a time long ago', taken: false, ...sent('right', now - 121 * MINUTE) },
          { what: 'a time to come', taken: false, ...sent('right', now + 121 * MINUTE) },
        ]
      : []),
  ]
}
