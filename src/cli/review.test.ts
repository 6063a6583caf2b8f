/** `interlock review` called wrongly, or where there is no Redis: exit code 2 and what to do, and nothing was answered. */
import { expect, test } from 'vitest'
import { interlock } from '../../tests/support/interlock.ts'

const ID = 'HM-2026-05-17-01'
const WHO = ['--by', 'anna', '--reason', 'looked at the graphs']

test.concurrent.each<[string[], RegExp]>([
  [
    ['approve', ID, '--by', 'anna'],
    /required option '--reason <why>' not specified; see "interlock review approve --help"/,
  ],
  [['deny', ID, '--reason', 'x'], /required option '--by <who>' not specified/],
  [
    ['approve', ID, '--by', ' ', '--reason', '', '--plan-digest', 'c7ae'],
    /--by: say who decides: it is empty; --reason: say why: it is empty; --plan-digest: a sha256 is 64 lower/,
  ],
  [['approve', ID, '--by', 'a\u001b[2J', '--reason', 'x'], /--by: one line, without control characters/],
  [['approve', 'pod-1', ...WHO], /'pod-1' is not an incident id: they look like HM-2026-05-17-01/],
  [['approve', ID, 'HM-2', ...WHO], /too many arguments/],
  [['postpone', ID], /unknown command 'postpone'/],
])('review %j', { timeout: 60_000 }, async (args, message) => {
  const { code, out, err } = await interlock(['review', ...args])
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toMatch(message)
  expect(err).not.toMatch(/^ +at /m)
})

test.concurrent.each([[['approve', ID, ...WHO]], [['list']], [['list', '--json']]])(
  'review %j while Redis is away',
  { timeout: 60_000 },
  async (args) => {
    const { code, out, err } = await interlock(['review', ...args], { REDIS_URL: 'redis://user:hunter2@127.0.0.1:1' })
    expect({ code, secret: `${out}${err}`.includes('hunter2') }).toEqual({ code: 2, secret: false })
    if (args.includes('--json'))
      expect(JSON.parse(out)).toMatchObject({ outcome: 'error', error: { code: 'redis_unavailable' } })
    else expect(err).toMatch(/^interlock: no connection to Redis within .* 127\.0\.0\.1:1/)
  },
)

test.concurrent.each(['approve', 'list'])('review %s --help has examples', { timeout: 60_000 }, async (command) => {
  const { code, out } = await interlock(['review', command, '--help'])
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/Examples:\n {2}\$ interlock review/) })
})
