/** Chance that can be had again: the same seed makes the same choices. */
export interface Chance {
  /** A whole number from 0 up to, but not, `limit`. */
  below(limit: number): number
  pick<Item>(items: readonly Item[]): Item
}

/** mulberry32 by Tommy Ettinger: small, and even enough to choose places. */
export const chanceFrom = (seed: number): Chance => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    below,
    pick: <Item>(items: readonly Item[]): Item => {
      if (items.length === 0) throw new RangeError('nothing to pick from')
      return items[below(items.length)] as Item
    },
  }
}
