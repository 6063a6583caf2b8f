import { expect, it } from 'vitest'
import { soManyASecond } from './so-many-a-second.ts'

it('says yes up to the limit, and in the next second again', () => {
  let now = 1000
  const may = soManyASecond(2, () => now)
  expect([may(), may(), may()]).toEqual([true, true, false])
  now = 1999
  expect(may()).toBe(false)
  now = 2000
  expect([may(), may(), may()]).toEqual([true, true, false])
})
