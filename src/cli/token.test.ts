/** The entry that is printed lets the token in that is shown, whatever name it has. */
import { expect, it } from 'vitest'
import { ownerOf, parseOperatorTokens } from '../producers/operators/operator-tokens.ts'
import { newToken } from './token.ts'

const shown = (err = '') => /: (interlock_[\w-]{43})$/.exec(err)?.[1] ?? ''

it.each(['anna', 'Anna: on-call # 1', "O'Neil", 'true', '0'])('of %s', (name) => {
  const [own, other] = [newToken({ name, role: 'reviewer' }), newToken({ name: 'ben', role: 'viewer' })]
  const tokens = parseOperatorTokens('file', `${own.out}\n${other.out}\n`)
  expect(ownerOf(shown(own.err), tokens)).toEqual({ name, role: 'reviewer', means: 'token' })
  expect(ownerOf(shown(other.err), tokens)).toMatchObject({ name: 'ben' })
  expect(own.out).not.toContain(shown(own.err))
})

it('as one JSON document', () => {
  const { json } = newToken({ name: 'anna', role: 'operator' })
  const { token, entry } = json as { token: string; entry: Parameters<typeof ownerOf>[1][number] }
  expect(ownerOf(token, [entry])).toMatchObject({ name: 'anna', role: 'operator' })
})

it.each([
  [{ name: 'anna', role: 'admin' }, '--role: viewer, reviewer or operator'],
  [{ name: ' ', role: 'viewer' }, '--name: say whose it is'],
  [{ name: '\u001b[2J', role: 'viewer' }, '--name: one line'],
])('not with %j', (options, problem) => {
  expect(() => newToken(options)).toThrow(problem)
})
