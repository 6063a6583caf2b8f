import { describe, expect, it } from 'vitest'
import { describeAccounting, imbalance } from './accounting.ts'

describe('imbalance', () => {
  it.each([
    [{}, 0],
    [{ received: 5, in_flight: 1, duplicates: 2, attached: 1, 'verdict:blocked': 1 }, 0],
    [{ received: 5, in_flight: 1, 'verdict:blocked': 1 }, 3],
    [{ received: 1, in_flight: 1, 'verdict:blocked': 1 }, -1],
    [{ in_flight: 1 }, -1],
  ])('of %j is %i', (counters, expected) => {
    expect(imbalance(counters)).toBe(expected)
  })
})

it('is described with received first and the places by name', () => {
  expect(describeAccounting({ in_flight: 1, attached: 2, received: 3 })).toBe('received=3 attached=2 in_flight=1')
})
