/** The token that a request presents: as a bearer, or as the password that a browser asks for. */
import type { FastifyRequest } from 'fastify'
import { Refusal } from './refusal.ts'

const HOW = 'send "authorization: Bearer <token>"; "interlock token new" makes one'

/** A browser adds what it was told once to every request, whichever page asks for it: that may look, and order nothing. */
const LOOKS: readonly string[] = ['GET', 'HEAD']

/** Throws a Refusal where there is none. */
export const presentedToken = ({ method, headers }: Pick<FastifyRequest, 'method' | 'headers'>): string => {
  const { authorization } = headers
  if (!authorization) throw new Refusal('missing', `nobody is logged in: ${HOW}`)
  const [, scheme = '', value = ''] = /^(\S+) +(\S+) *$/.exec(authorization) ?? []
  if (scheme.toLowerCase() === 'bearer') return value
  if (scheme.toLowerCase() !== 'basic')
    throw new Refusal('malformed', `the authorization header is not understood: ${HOW}`)
  if (!LOOKS.includes(method)) throw new Refusal('malformed', `a login of a browser may only look: ${HOW}`)
  const password = /^[^:]*:(\S+)$/.exec(Buffer.from(value, 'base64').toString())?.[1]
  if (!password) throw new Refusal('malformed', 'the password is empty: it is the token, with any user name')
  return password
}
