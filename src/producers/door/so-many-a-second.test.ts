import { expect, it } from 'vitest'
import { soManyASecond } from './so-many-a-second.ts'

it('says yes up to the limit, and in the next second again', () => {
  let now = 1000
  const may = soManyASecond(2, () => now)
  expect([may('a'), may('a'), may('a')]).toEqual([true, true, false])
  now = 1999
  expect(may('a')).toBe(false)
  now = 2000
  expect([may('a'), may('a'), may('a')]).toEqual([true, true, false])
})

it('says so of each kind by itself', () => {
  const may = soManyASecond(1, () => 1000)
  expect([may('a'), may('a'), may('b'), may('b')]).toEqual([true, false, true, false])
})
