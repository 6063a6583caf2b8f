/** What the API's document says of one route: what it takes, and every answer it can give. */
import type { z } from 'zod'
import type { Role } from '../../shared/contracts/operator.ts'
import type { ProblemCode } from '../../shared/problem.ts'
import { problemAnswers } from './problem-answers.ts'

interface Answer {
  means: string
  /** `z.null()` where the answer has no body. */
  body: z.ZodType
  /** Media types; JSON when left out. */
  as?: readonly string[]
}

export interface Operation {
  /** What a generated client calls it. */
  id: string
  tag: 'webhooks' | 'incidents' | 'kill switch' | 'probes'
  summary: string
  description?: string
  params?: z.ZodObject
  query?: z.ZodObject
  headers?: z.ZodObject
  body?: z.ZodType
  /** Media types of the body; JSON when left out. */
  takes?: readonly string[]
  /** Who may; without it everybody, or whoever the source's own secret proves. */
  role?: Role
  answers: Readonly<Record<number, Answer>>
  problems: readonly ProblemCode[]
}

const contentOf = ({ means, body, as = ['application/json'] }: Answer) =>
  body.type === 'null'
    ? body.describe(means)
    : { description: means, content: Object.fromEntries(as.map((type) => [type, { schema: body }])) }

/** Of every request, before it is known what it asks for. */
const CONNECTION: readonly ProblemCode[] = ['headers_too_large', 'request_timeout', 'expectation_unsupported']
const REFUSALS: readonly ProblemCode[] = ['unauthenticated', 'forbidden', 'identity_unavailable']

/** A browser's login may only look. */
const loginsFor = (role: Role | undefined): Record<string, string[]>[] => {
  if (role === undefined) return []
  return role === 'viewer' ? [{ bearer: [] }, { basic: [] }] : [{ bearer: [] }]
}

/** The operation as a fastify schema, in which @fastify/swagger reads it. */
export const schemaOf = (operation: Operation) => {
  const { id, tag, summary, description, params, query, headers, body, takes, role, answers, problems } = operation
  return {
    ...{ operationId: id, tags: [tag], summary, description, params, querystring: query, headers, body },
    consumes: takes && [...takes],
    security: loginsFor(role),
    response: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, contentOf(answer)])),
      ...problemAnswers([...CONNECTION, ...(role ? REFUSALS : []), ...problems]),
    },
  }
}
