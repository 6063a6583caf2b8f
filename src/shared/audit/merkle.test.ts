import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { merkleRoot } from './merkle.ts'

const sha256 = (...parts: (Buffer | string)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()

/** RFC 6962 section 2.1, word for word: split at the largest power of two below the number of leaves. */
const treeHash = (leaves: readonly string[]): Buffer => {
  if (leaves.length === 0) return sha256('')
  if (leaves.length === 1) return sha256(Buffer.of(0), leaves[0] ?? '')
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return sha256(Buffer.of(1), treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)))
}

const leaves = fc.array(fc.string(), { maxLength: 70 })
const someLeaves = fc.array(fc.string(), { minLength: 1, maxLength: 70 })

describe('merkleRoot', () => {
  /** The leaves and roots that implementations of Certificate Transparency are tested against. */
  const published = ['', '\x00', '\x10', ' !', '01', '@ABC', 'PQRSTUVW', '`abcdefghijklmno']
  it.each(
    [
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ].map((root, count) => [count, root] as const),
  )('of the first %i published leaves is %s', (count, root) => {
    expect(merkleRoot(published.slice(0, count))).toBe(root)
  })

  it('is the tree of the RFC for any leaves', () => {
    fc.assert(
      fc.property(leaves, (given) => {
        expect(merkleRoot(given)).toBe(treeHash(given).toString('hex'))
      }),
    )
  })

  it('changes with any one leaf', () => {
    fc.assert(
      fc.property(someLeaves, fc.nat(), fc.string(), (given, n, other) => {
        const at = n % given.length
        fc.pre(given[at] !== other)
        expect(merkleRoot(given.with(at, other))).not.toBe(merkleRoot(given))
      }),
    )
  })

  it('changes when leaves are added, taken away or change places', () => {
    fc.assert(
      fc.property(someLeaves, fc.nat(), fc.nat(), fc.string(), (given, n, m, other) => {
        const [at, to] = [n % given.length, m % given.length]
        expect(merkleRoot(given.toSpliced(at, 1))).not.toBe(merkleRoot(given))
        expect(merkleRoot(given.toSpliced(at, 0, other))).not.toBe(merkleRoot(given))
        fc.pre(given[at] !== given[to])
        expect(merkleRoot(given.with(at, given[to] ?? '').with(to, given[at] ?? ''))).not.toBe(merkleRoot(given))
      }),
    )
  })

  it('cannot be reached with a node passed off as a leaf, or a leaf repeated at the end', () => {
    const [a, b, c] = ['a', 'b', 'c']
    const node = Buffer.concat([sha256(Buffer.of(0), a), sha256(Buffer.of(0), b)]).toString('latin1')
    expect(merkleRoot([node])).not.toBe(merkleRoot([a, b]))
    expect(merkleRoot([a, b, c, c])).not.toBe(merkleRoot([a, b, c]))
  })
})
