/** Metrics of a process and of what it leans on: HTTP, Redis, other systems. */
import { AUTH_FAILURES } from '../../contracts/operator.ts'
import type { Declare } from './declare-metrics.ts'
import { labelsOf } from './labels-of.ts'

/** What a process asks of Redis: its own scripts by name, those of BullMQ and the rest together, plain commands. */
const REDIS_COMMANDS = ['accept', 'commit', 'find_related', 'read_incident', 'script', 'plain'] as const

/** How a command failed. `refused`: Redis takes no writes (OOM, MISCONF, READONLY). */
export const REDIS_ERRORS = ['timeout', 'connection', 'refused', 'loading', 'other'] as const

/** A round trip is far below a millisecond where Redis is near. */
const ROUND_TRIPS = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

export const processMetrics = ({ counter, histogram, gauge }: Declare) => ({
  httpRequestDuration: histogram('http_request_duration_seconds', 'Requests by route template.', {
    route: null,
    method: null,
    code: null,
  }),
  operatorAuthFailures: counter('operator_auth_failures_total', 'Requests that no operator sent, refused.', {
    reason: labelsOf(AUTH_FAILURES),
  }),
  operatorTokensRefused: counter(
    'operator_tokens_refused_total',
    'Changes of the file of tokens that could not be used.',
    {},
  ),
  dependencyRequestDuration: histogram(
    'dependency_request_duration_seconds',
    'Requests to other systems, each try counted.',
    { dependency: null, operation: null, outcome: null },
  ),
  circuitOpen: gauge('circuit_open', '1 while a system that failed repeatedly is left alone.', { dependency: null }),
  redisCommandDuration: histogram(
    'redis_command_duration_seconds',
    'From a command written to its reply, as this process sees it.',
    { command: REDIS_COMMANDS },
    ROUND_TRIPS,
  ),
  redisCommandErrors: counter('redis_command_errors_total', 'Commands that failed, as this process sees it.', {
    kind: REDIS_ERRORS,
  }),
  redisUp: gauge('redis_up', '1 while Redis answers this process in time.', { role: ['api', 'worker'] }),
  redisMemoryUsed: gauge('redis_memory_used_bytes', 'What the data of Redis takes.', {}),
  redisMemoryMax: gauge('redis_memory_max_bytes', 'What it may take; no series without a limit.', {}),
  redisEvictsKeys: gauge(
    'redis_evicts_keys',
    '1 where Redis drops keys when memory is short: locks and jobs vanish.',
    {},
  ),
  redisClients: gauge('redis_connected_clients', 'Connections to Redis, of everybody.', {}),
  redisClientsMax: gauge('redis_max_clients', 'How many connections it takes.', {}),
  shutdownForced: counter('shutdown_forced_total', 'Stops that cut off work in hand.', {}),
  buildInfo: gauge('build_info', 'What runs here.', { version: null, revision: null }),
})
