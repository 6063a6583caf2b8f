/** An order that came over HTTP, with who gives it: whoever is logged in, and without a login whoever the body names. */
import type { z } from 'zod'
import type { Operator } from '../../shared/contracts/operator.ts'
import type { Means } from '../../shared/contracts/stop.ts'
import { explainIssues } from '../../shared/policy/explain-issues.ts'
import { Problem, type ProblemCode } from '../../shared/problem.ts'
import { parseBody } from '../read-body.ts'

const named = (body: unknown, { name, means }: Operator): unknown =>
  means === 'open' || typeof body !== 'object' || body === null || 'by' in body ? body : { ...body, by: name }

/** Throws a Problem with `code`, naming every field that is wrong; a `by` that is somebody else is one. */
export const parseSigned = <Order extends { by: string }>(
  schema: z.ZodType<Order>,
  raw: unknown,
  operator: Operator,
  code: ProblemCode,
): Order & { via: Means } => {
  const { name, means } = operator
  const given = named(parseBody(raw).body, operator)
  const order = schema.safeParse(given)
  if (!order.success) {
    throw new Problem(code, explainIssues(order.error, given, 'the body'))
  }
  if (means !== 'open' && order.data.by !== name)
    throw new Problem(code, `by: is "${order.data.by}", and whoever sends it is "${name}": leave it out`)
  return { ...order.data, via: means }
}
