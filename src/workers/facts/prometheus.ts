/**
 * Prometheus as a source of facts: asked with a deadline, again where that may help, and left alone for a while after it has
 * failed several times in a row. It never throws: what could not be found out is an answer that says why.
 */
import {
  BrokenCircuitError,
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'
import type { Answer, Query } from '../../shared/contracts/live-facts.ts'
import type { Metrics } from '../../shared/telemetry/metrics.ts'
import { instantQuery, type PrometheusAddress, PrometheusDown } from './instant-query.ts'
import type { Sample } from './read-answer.ts'

export interface Prometheus {
  /** `at` is RFC 3339: what Prometheus knew then. Never rejects. */
  ask(query: Query, at: string): Promise<Answer>
}

/** Two stages ask before an incident has its verdict, which must come in 30 s, a crash on the way included. */
export const LIMITS = {
  /** Of a fact: age and value, every try, and the queue before them. */
  factMs: 4_000,
  timeoutMs: 2_000,
  retries: 2,
  firstDelayMs: 100,
  failuresInARow: 5,
  leftAloneMs: 10_000,
  /** As many as Prometheus evaluates at once by default. */
  atOnce: 20,
}

/** A deadline that is over shows as either error, whichever comes first. */
const isLate = (error: unknown): boolean =>
  error instanceof TaskCancelledError || (error instanceof Error && error.name === 'AbortError')
const isDown = (error: unknown): boolean => error instanceof PrometheusDown || isLate(error)

/** The last moment that RFC 3339 can write, in Unix seconds. */
const LATEST = 253_402_300_799

const brief = (query: string): string => (query.length > 300 ? `${query.slice(0, 299)}…` : query)
const problem = (why: string, query: string): Answer => ({ problem: `${why} (Prometheus was asked ${brief(query)})` })

export const openPrometheus = (
  address: PrometheusAddress,
  metrics: Pick<Metrics, 'dependencyRequestDuration' | 'circuitOpen'>,
  limits: typeof LIMITS = LIMITS,
): Prometheus => {
  const down = handleWhen(isDown)
  const breaker = circuitBreaker(down, {
    halfOpenAfter: limits.leftAloneMs,
    breaker: new ConsecutiveBreaker(limits.failuresInARow),
  })
  const labels = { dependency: 'prometheus' }
  metrics.circuitOpen.set(labels, 0)
  breaker.onStateChange((state) => metrics.circuitOpen.set(labels, state === CircuitState.Open ? 1 : 0))
  const policy = wrap(
    bulkhead(limits.atOnce, Number.POSITIVE_INFINITY),
    retry(down, {
      maxAttempts: limits.retries,
      backoff: new ExponentialBackoff({ initialDelay: limits.firstDelayMs }),
    }),
    breaker,
    timeout(limits.timeoutMs, TimeoutStrategy.Aggressive),
  )

  for (const outcome of ['ok', 'failed'])
    metrics.dependencyRequestDuration.zero({ ...labels, operation: 'query', outcome })

  const once = async (query: string, at: string, signal: AbortSignal): Promise<Sample> => {
    const end = metrics.dependencyRequestDuration.startTimer({ ...labels, operation: 'query' })
    let outcome = 'failed'
    try {
      const sample = await instantQuery(address, query, at, signal)
      if (sample.problem === null) outcome = 'ok'
      return sample
    } finally {
      end({ outcome })
    }
  }

  const inTime = timeout(limits.factMs, TimeoutStrategy.Aggressive)

  const why = (error: unknown): string => {
    if (error instanceof BrokenCircuitError)
      return `Prometheus has failed ${limits.failuresInARow} times in a row and is left alone for ${limits.leftAloneMs / 1000} s`
    if (error instanceof PrometheusDown) return `Prometheus cannot be asked: ${error.message}`
    return `Prometheus has not answered in ${limits.timeoutMs / 1000} s`
  }

  const sampleOf = async (query: string, at: string, over: AbortSignal): Promise<Sample> => {
    try {
      return await policy.execute(({ signal }) => once(query, at, signal), over)
    } catch (error) {
      return { sample: null, problem: why(error) }
    }
  }

  // The age first: a sample that arrives in between makes the value newer than its age says, never older.
  const factOf = async (query: Query, at: string, over: AbortSignal): Promise<Answer> => {
    const age = await sampleOf(query.as_of, at, over)
    if (age.problem !== null) return problem(age.problem, query.as_of)
    if (age.sample < 0 || age.sample > LATEST) return problem(`${age.sample} is not a Unix time`, query.as_of)
    const value = await sampleOf(query.value, at, over)
    if (value.problem !== null) return problem(value.problem, query.value)
    return { sample: value.sample, as_of: new Date(Math.floor(age.sample * 1000)).toISOString() }
  }

  return {
    ask: async (query, at) => {
      try {
        return await inTime.execute(({ signal }) => factOf(query, at, signal))
      } catch {
        return problem(`Prometheus has not answered in ${limits.factMs / 1000} s`, query.value)
      }
    },
  }
}
