import { expect, it } from 'vitest'
import { inOrder } from './in-order.ts'

async function* numbers(to: number) {
  for (let n = 0; n < to; n++) yield n
}

it('hands over ten thousand in order, with no more than so many of them under way', async () => {
  let [open, most] = [0, 0]
  const read = async (n: number) => {
    most = Math.max(most, ++open)
    // Some answer at once, some later than those behind them.
    for (let turns = n % 5; turns > 0; turns--) await Promise.resolve()
    return n
  }
  const got: number[] = []
  for await (const n of inOrder(numbers(10_000), read, 16)) {
    open--
    got.push(n)
  }
  expect(got).toEqual(Array.from({ length: 10_000 }, (_, n) => n))
  expect(most).toBe(16)
})

it('throws where the turn of what failed comes', async () => {
  const read = async (n: number) => {
    if (n === 3) throw new Error('three')
    return n
  }
  const got: number[] = []
  const all = async () => {
    for await (const n of inOrder(numbers(10), read, 4)) got.push(n)
  }
  await expect(all()).rejects.toThrow('three')
  expect(got).toEqual([0, 1, 2])
})
