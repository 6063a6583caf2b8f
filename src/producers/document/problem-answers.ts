/** The problem+json answers of a route: one per status, with the codes it can have and what those say beside the detail. */
import { z } from 'zod'
import { REFUSED_REVIEW } from '../../shared/contracts/review.ts'
import { WebhookAnswer } from '../../shared/contracts/webhook-answer.ts'
import { PROBLEMS, type ProblemCode } from '../../shared/problem.ts'

/** What else the document of a code has. */
const MEMBERS: { [Code in ProblemCode]?: z.ZodRawShape } = {
  nothing_understood: WebhookAnswer.shape,
  review_refused: REFUSED_REVIEW,
  internal_error: { request_id: z.string().describe('the log line with it says why') },
}

/** What a sender makes of an answer decides which of the two it gets. */
const COME_AGAIN: readonly ProblemCode[] = ['rate_limited', 'overloaded']

const statusesOf = (code: ProblemCode): readonly number[] =>
  COME_AGAIN.includes(code) ? [429, 503] : [PROBLEMS[code].status]

/** All of `codes` may have the status. */
const documentOf = (status: number, codes: readonly ProblemCode[], members: z.ZodRawShape = {}) =>
  z.strictObject({
    type: z.literal('about:blank'),
    title: z.enum(codes.map((code) => PROBLEMS[code].title)),
    status: z.literal(status),
    code: z.enum(codes),
    detail: z.string().describe('names the field, the value and the fix'),
    ...members,
  })

const bodyOf = (status: number, codes: readonly ProblemCode[]): z.ZodType => {
  const plain = codes.filter((code) => MEMBERS[code] === undefined)
  const documents = [
    ...(plain.length > 0 ? [documentOf(status, plain)] : []),
    ...codes.filter((code) => !plain.includes(code)).map((code) => documentOf(status, [code], MEMBERS[code])),
  ]
  const [only, ...others] = documents
  return only && others.length === 0 ? only : z.union(documents)
}

/** By status, as fastify's `response`. */
export const problemAnswers = (codes: readonly ProblemCode[]) => {
  const statuses = [...new Set(codes.flatMap(statusesOf))].sort()
  return Object.fromEntries(
    statuses.map((status) => {
      const own = codes.filter((code) => statusesOf(code).includes(status))
      const description = own.map((code) => `${code}: ${PROBLEMS[code].title}`).join('. ')
      return [status, { description, content: { 'application/problem+json': { schema: bodyOf(status, own) } } }]
    }),
  )
}
