/** The HTTP errors: one table of codes, answered as problem+json (RFC 9457). */
export const PROBLEMS = {
  body_empty: { status: 400, title: 'The request has no body' },
  body_not_form: { status: 400, title: 'The body is not the form it says it is' },
  body_not_json: { status: 400, title: 'The body is not JSON' },
  json_too_complex: { status: 400, title: 'The JSON is nested too deeply, or has too many members' },
  kill_switch_invalid: { status: 400, title: 'The order to the kill switch is invalid' },
  review_invalid: { status: 400, title: 'The answer to a review is invalid' },
  query_invalid: { status: 400, title: 'A query parameter is invalid' },
  signature_invalid: { status: 401, title: 'The delivery does not prove who sent it' },
  sender_refused: { status: 403, title: 'The source takes nothing from this sender' },
  unauthenticated: { status: 401, title: 'Nobody is logged in' },
  forbidden: { status: 403, title: 'The role of whoever is logged in is not enough' },
  incident_unknown: { status: 404, title: 'There is no such incident' },
  source_unknown: { status: 404, title: 'There is no such webhook source' },
  route_unknown: { status: 404, title: 'There is no such address' },
  review_refused: { status: 409, title: 'The review cannot be answered like this; the detail says why' },
  body_too_large: { status: 413, title: 'The body is too large' },
  content_encoding_unsupported: { status: 415, title: 'The body is compressed' },
  content_type_unsupported: { status: 415, title: 'The content type is not supported' },
  nothing_understood: { status: 422, title: 'Nothing in the delivery could be understood' },
  request_timeout: { status: 408, title: 'The request came too slowly' },
  expectation_unsupported: { status: 417, title: 'The expect header asks for what is not done' },
  rate_limited: { status: 429, title: 'Too many deliveries from one address; come again' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  request_invalid: { status: 400, title: 'The request is not valid HTTP for this address' },
  redis_unavailable: { status: 503, title: 'Redis does not answer; nothing was accepted, try again' },
  overloaded: { status: 503, title: 'There is more to do than can be done; come again' },
  incident_contended: { status: 503, title: 'Too many write to one incident at once; try again' },
  sns_unavailable: { status: 503, title: 'SNS cannot be asked; try again' },
  issuer_unavailable: { status: 503, title: 'The issuer of a token does not give its keys; try again' },
  identity_unavailable: { status: 503, title: 'Logins cannot be checked now; try again' },
  shutting_down: { status: 503, title: 'The process is shutting down; try again' },
  internal_error: { status: 500, title: 'An unexpected error' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof PROBLEMS

/** Thrown by a route; `detail` names the field, the value and the fix, `extra` adds members to the document. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly extra: Record<string, unknown>
  constructor(code: ProblemCode, detail: string, extra: Record<string, unknown> = {}) {
    // It is an answer: its code says all about it, and where it was made costs more to find out than to check a signature.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(detail)
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'Problem'
    this.code = code
    this.extra = extra
  }

  get status(): number {
    return PROBLEMS[this.code].status
  }

  /** Seconds after which it is worth while to come again; null where it never is. */
  get retryAfter(): number | null {
    return this.status === 503 ? 5 : null
  }

  toDocument(): Record<string, unknown> {
    const { title } = PROBLEMS[this.code]
    return { type: 'about:blank', title, status: this.status, code: this.code, detail: this.message, ...this.extra }
  }
}
