/** Who works Interlock: what each role may, how an identity was proven, and why somebody is not let in. */
import { z } from 'zod'
import { Sha256 } from './identifiers.ts'
import { type Means, words } from './stop.ts'

/** Each may do what those before it may as well. */
export const Role = z.enum(['viewer', 'reviewer', 'operator'], 'viewer, reviewer or operator')
export type Role = z.infer<typeof Role>

export const includesRole = (has: Role, needed: Role): boolean =>
  Role.options.indexOf(has) >= Role.options.indexOf(needed)

export const OperatorName = words('whose it is', 200)

export interface Operator {
  /** As it is recorded: of a token its name, of an identity provider the `sub`. */
  name: string
  role: Role
  means: Means
}

/**
 * One entry of the tokens file. A token is 32 random bytes, which nobody finds by trying, so that one round of sha256 keeps
 * it: a slow hash is for what people make up, and would be work that strangers can order with every request.
 */
export const OperatorToken = z.strictObject({ name: OperatorName, role: Role, sha256: Sha256 })
export type OperatorToken = z.infer<typeof OperatorToken>

/** Why a request is refused, and what that is counted as: what is mended alike is one label, so that they stay under ten. */
export const AUTH_FAILURES = {
  missing: 'missing',
  malformed: 'malformed',
  unknown_token: 'unknown_token',
  algorithm: 'algorithm',
  signature: 'signature',
  issuer: 'audience',
  audience: 'audience',
  expired: 'expired',
  not_yet_valid: 'expired',
  role: 'role',
  keys_unavailable: 'keys_unavailable',
} as const
export type AuthFailure = keyof typeof AUTH_FAILURES
