import { createHash, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Checkpoint } from '../contracts/checkpoint.ts'
import { checkpointHash, checkpointProblem, keyId, signCheckpoint } from './checkpoint.ts'
import { afterCheckpoint, EMPTY_SERIES, placeProblem, type Series } from './checkpoint-series.ts'
import { checkpointAfter, endOf, SIGNER, traceOf } from './trace.fixture.ts'

const heads = [endOf(traceOf('HM-1', 3)), endOf(traceOf('HM-2', 2)), endOf(traceOf('HM-3', 4))]
const checkpoint = checkpointAfter(null, heads)
const { publicKeys } = SIGNER
const stranger = generateKeyPairSync('ed25519')

const [first] = heads
if (!first) throw new Error('there is no head')

describe('checkpointProblem', () => {
  it('finds nothing in a checkpoint as it was signed, written and read back', () => {
    const read = Checkpoint.parse(JSON.parse(JSON.stringify(checkpoint)))
    expect(checkpointProblem(read, publicKeys)).toBeNull()
  })

  it.each<[string, Partial<Checkpoint>]>([
    ['seq', { seq: 1 }],
    ['time', { at: '2026-05-18T12:00:00.001Z' }],
    ['number of incidents', { incidents: 2 }],
    ['root', { root: 'f'.repeat(64) }],
    ['checkpoint before', { prev: 'f'.repeat(64) }],
    ['signature', { signature: `A${checkpoint.signature.slice(1)}` }],
  ])('sees a changed %s', (_, change) => {
    expect(checkpointProblem({ ...checkpoint, ...change }, publicKeys)).toBe(
      'was changed: its signature does not match',
    )
  })

  it.each<[string, Checkpoint['heads']]>([
    ['changed incident', heads.with(0, { ...first, incident_id: 'HM-9' })],
    ['changed time of acceptance', heads.with(0, { ...first, accepted_at: '2026-05-17T12:00:00.001Z' })],
    ['changed number of records', heads.with(0, { ...first, records: 2 })],
    ['changed head', heads.with(0, { ...first, head: 'f'.repeat(64) })],
    ['missing one', heads.slice(1)],
    ['added one', [...heads, { ...first, incident_id: 'HM-9' }]],
    ['repeated one', [...heads, first]],
    ['other order', heads.toReversed()],
  ])('sees a %s among the heads', (_, changed) => {
    expect(checkpointProblem({ ...checkpoint, heads: changed }, publicKeys)).toBe(
      'was changed: its heads do not give its root',
    )
  })

  it('names the key that it was not given', () => {
    const problem = `is signed with key ${checkpoint.key_id}, which is not among the public keys given`
    expect(checkpointProblem(checkpoint, new Map())).toBe(problem)
    expect(checkpointProblem(checkpoint, new Map([[keyId(stranger.publicKey), stranger.publicKey]]))).toBe(problem)
  })

  it('sees a signature of another key under the name of the right one', () => {
    const forged = { ...signCheckpoint(checkpoint, stranger.privateKey), key_id: checkpoint.key_id }
    expect(checkpointProblem(forged, publicKeys)).toBe('was changed: its signature does not match')
  })
})

it('keyId is the sha256 of the DER form, the same for both halves', () => {
  const der = SIGNER.publicKey.export({ type: 'spki', format: 'der' })
  expect(keyId(SIGNER.publicKey)).toBe(createHash('sha256').update(der).digest('hex'))
  expect(keyId(SIGNER.privateKey)).toBe(keyId(SIGNER.publicKey))
})

describe('a series', () => {
  const a = SIGNER
  const b = { ...SIGNER, ...stranger }
  /** Four checkpoints, the last two with a new key. */
  const one = checkpointAfter(null, heads, a)
  const two = checkpointAfter(one, heads, a)
  const three = checkpointAfter(two, heads, b)
  const four = checkpointAfter(three, heads, b)

  const problems = (checkpoints: readonly Checkpoint[]) => {
    let series: Series = EMPTY_SERIES
    return checkpoints.map((checkpoint) => {
      const problem = placeProblem(series, checkpoint)
      series = afterCheckpoint(series, checkpoint)
      return problem
    })
  }
  const cut = 'does not follow the one before it, which was changed or replaced'

  it.each<[string, Checkpoint[], (string | null)[]]>([
    ['whole, with a new key from the third on', [one, two, three, four], [null, null, null, null]],
    ['without its first', [two, three], ['stands where checkpoint 0 belongs', null]],
    ['with one missing', [one, three, four], [null, 'stands where checkpoint 1 belongs', null]],
    ['with one repeated', [one, one, two], [null, 'stands where checkpoint 1 belongs', null]],
    ['with one changed', [one, { ...two, at: one.at }, three], [null, null, cut]],
    ['with one signed anew', [one, signCheckpoint({ ...two, heads: [first] }, a.privateKey), three], [null, null, cut]],
    [
      'that goes back to a key that was replaced',
      [one, two, three, checkpointAfter(three, heads, a)],
      [null, null, null, `is signed with key ${keyId(a.publicKey)}, which had been replaced before`],
    ],
  ])('%s', (_, checkpoints, expected) => {
    expect(problems(checkpoints)).toEqual(expected)
  })

  it('is bound by all of a checkpoint, its signature included', () => {
    expect(checkpointHash({ ...one, signature: two.signature })).not.toBe(checkpointHash(one))
  })
})
