import { expect, it } from 'vitest'
import { CommandError } from './answer.ts'
import { takesNoWrites } from './takes-no-writes.ts'

it.each([
  ["OOM command not allowed when used memory > 'maxmemory'.", 'raise maxmemory'],
  ["READONLY You can't write against a read only replica.", 'set REDIS_URL to the primary'],
  ['MISCONF Redis is configured to save RDB snapshots', 'make room there'],
  ['ERR user_script:12: NOREPLICAS Not enough good replicas to write.', 'mend them'],
])('%s', (message, fix) => {
  const discarded = Object.assign(new Error('EXECABORT Transaction discarded'), {
    previousErrors: [new Error(message)],
  })
  for (const error of [new Error(message), discarded])
    expect(takesNoWrites(error, 'redis://redis')).toMatchObject({
      code: 'redis_refuses',
      message: expect.stringMatching(new RegExp(`^Redis takes no writes .*${fix}.* \\(REDIS_URL is redis://redis\\)$`)),
    })
})

it('leaves every other error as it is', () => {
  for (const error of [new Error('no OOMph'), new CommandError('x', 'a file named READONLY'), undefined])
    expect(takesNoWrites(error, '')).toBe(error)
})
