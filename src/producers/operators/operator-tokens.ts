/** Static tokens: what the file of hashes says, and whose a presented token is. */
import { hash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { CodedError } from '../../shared/coded-error.ts'
import { type Operator, OperatorToken } from '../../shared/contracts/operator.ts'
import { parseYaml } from '../../shared/policy/parse-yaml.ts'

/** A name may have several tokens, so that one follows another without a gap; no token has two names. */
const OperatorTokens = z
  .array(OperatorToken, 'a list of {name, role, sha256}')
  .refine((list) => new Set(list.map(({ sha256 }) => sha256)).size === list.length, 'a sha256 stands in it twice')
export type OperatorTokens = z.infer<typeof OperatorTokens>

/** `path` is named in errors; no value is, since somebody may have pasted the token itself. Throws CodedError. */
export const parseOperatorTokens = (path: string, text: string): OperatorTokens => {
  const { value, problem } = parseYaml(text)
  const parsed = OperatorTokens.safeParse(value)
  // Emptied by accident it must not lock everybody out, and whoever means it can say so.
  const isEmpty = !problem && (value === null || value === undefined)
  const problems = problem
    ? [problem]
    : isEmpty
      ? ['it is empty: write [] where nobody has a token']
      : (parsed.error?.issues.map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': ')) ?? [])
  if (!parsed.success || problems.length > 0)
    throw new CodedError('operators_invalid', `${path} does not say who the operators are: ${problems.join('; ')}`)
  return parsed.data
}

/** Of a token, as the file keeps it. */
export const hashOf = (token: string): string => hash('sha256', token)

/** Null for nobody's. Every hash is compared, each in the same time. */
export const ownerOf = (token: string, tokens: OperatorTokens): Operator | null => {
  const presented = Buffer.from(hashOf(token), 'hex')
  let owner: Operator | null = null
  for (const { name, role, sha256 } of tokens)
    if (timingSafeEqual(presented, Buffer.from(sha256, 'hex'))) owner = { name, role, means: 'token' }
  return owner
}
