/** The smallest set of changes, found with a few words for what passes. */
import { expect, it } from 'vitest'
import type { FlipStep } from '../../shared/contracts/flip.ts'
import { smallestChanges } from './smallest-changes.ts'

/** `a1 a2` are two steps in the place `a`, from 0; `a!` is a step that has no size. */
const steps = (words: string): FlipStep[] =>
  words.split(' ').map((word) => {
    const [name = '', size = ''] = word
    return size === '!'
      ? { change: 'check', name, from: null, to: 'deployment', text: word }
      : { change: 'score', name, from: 0, to: Number(size), text: word }
  })
const said = (found: FlipStep[] | null) => found?.map(({ text }) => text).join(' ') ?? null

/** Any of these, each with what it takes at the least: `a2+b1|c!`. */
const passesWith = (ways: string) => (chosen: readonly FlipStep[]) =>
  ways
    .split('|')
    .some((way) =>
      (way === '' ? [] : way.split('+')).every(([name, size]) =>
        chosen.some((step) => step.name === name && (size === '!' || Number(step.to) >= Number(size))),
      ),
    )

it.each<[string, string, string, string | null]>([
  ['nothing, where it passes anyway', 'a1 b1', '', ''],
  ['nothing that would be enough', 'a1 b1', 'a2', null],
  ['the least in a place', 'a1 a2 a3', 'a2', 'a2'],
  ['one that must be there, and no other', 'a1 a2 b1 b2 c1', 'b1', 'b1'],
  ['all that must be there', 'a1 a2 b1 b2 c1', 'a1+b2', 'a1 b2'],
  ['the only one of two ways that is shorter', 'a1 b1 c1', 'a1+b1|c1', 'c1'],
  ['the smaller of two ways that are as short', 'a1 a2 a3 b1 b2', 'a3|b2', 'b2'],
  ['the first of two ways that are as small', 'a1 a2 b1 b2', 'a2|b2', 'a2'],
  ['the smaller way, where one has a size and one has none', 'a1 a2 a3 b!', 'a3|b!', 'b!'],
  ['one without a size for one of size 1', 'a! b1 b2', 'a!|b2', 'a!'],
  ['two of three, the smallest two', 'a1 a2 b1 b2 b3 c1', 'a2+b3|a2+c1|b3+c1', 'a2 c1'],
  ['two places that are needed together, and not one of them twice', 'a1 b1 c1 d1', 'a1+b1|c1+d1', 'a1 b1'],
  ['what must be there beside one of two', 'x1 x2 a1 a2 b1', 'x2+a2|x2+b1', 'x2 b1'],
])('%s', (_, candidates, ways, expected) => {
  expect(said(smallestChanges(steps(candidates), passesWith(ways)))).toBe(expected)
})

it('counts from what there is', () => {
  const raise = (name: string, from: number, to: number): FlipStep => ({ change: 'score', name, from, to, text: '' })
  expect(smallestChanges([raise('a', 1, 5), raise('b', 4, 5)], (chosen) => chosen.length > 0)).toEqual([
    raise('b', 4, 5),
  ])
})

it('tries nothing without what must be there', () => {
  let tried = 0
  const all = 'a1+b1+c1+d1+e1+f1+g1+h1'
  const found = smallestChanges(steps(`${all.replaceAll('+', ' ')} i1`), (chosen) => {
    tried += 1
    return passesWith(all)(chosen)
  })
  expect(said(found)).toBe(all.replaceAll('+', ' '))
  expect(tried).toBeLessThan(30)
})

it('takes alternatives beyond ten as they come: what it finds is enough all the same', () => {
  const many = steps('a1 b1 c1 d1 e1 f1 g1 h1 i1 j1 k1 l1')
  let tried = 0
  const found = smallestChanges(many, (chosen) => {
    tried += 1
    return chosen.length > 0
  })
  expect(found).toHaveLength(2)
  expect(tried).toBeLessThan(100)
})
