import { expect, it } from 'vitest'
import { progress } from './progress.ts'

const run = (isTTY: boolean, total: number, steps: readonly (readonly [ms: number, done: number])[]) => {
  let [now, text] = [1000, '']
  const write = (more: string) => {
    text += more
  }
  const shown = progress({ isTTY, write }, total, () => now)
  for (const [ms, done] of steps) {
    now = 1000 + ms
    shown.at(done)
  }
  shown.end()
  return text
}
const CLEAR = '\r\x1b[2K'

it('draws a bar on a terminal, ten times a second at most, and takes it away', () => {
  const steps = [
    [50, 1],
    [2000, 500],
    [2050, 510],
    [4000, 1000],
  ] as const
  expect(run(true, 1000, steps)).toBe(
    [
      `${CLEAR}replay [###############---------------]  500/1000  50 %  250/s  2 s left`,
      `${CLEAR}replay [##############################]  1000/1000  100 %  250/s  0 s left`,
      CLEAR,
    ].join(''),
  )
})

it('writes a line now and then in a log, and none for a short run', () => {
  const steps = [
    [2000, 100],
    [5000, 300],
    [6000, 400],
  ] as const
  expect(run(false, 1200, steps)).toBe('replay [#######-----------------------]  300/1200  25 %  60/s  15 s left\n')
  expect(run(false, 10, [[100, 10]])).toBe('')
})

it('stays at the end when more has come meanwhile, and begins where there is nothing', () => {
  expect(run(false, 10, [[5000, 20]])).toBe('replay [##############################]  20/10  100 %  4/s  0 s left\n')
  expect(run(false, 0, [[5000, 0]])).toBe('replay [##############################]  0/0  100 %\n')
})
