/** The first row of dependency health: rate, errors and duration of what we ask of Redis and of other systems. */
import type { Row } from '../frame.ts'
import { lines, number } from '../panels.ts'
import { only, quantile, rate, share, worst } from '../promql.ts'

const REQUESTS = 'interlock_dependency_request_duration_seconds_count'

export const requests: Row = {
  id: 100,
  title: 'Symptoms: do Redis and the other systems answer, and how fast?',
  panels: [
    number({
      id: 1,
      title: 'Redis',
      description:
        'Whether Redis answers every process of a role. Where it does not, nothing is accepted and nothing decided.',
      unit: 'none',
      span: 6,
      alerts: ['RedisUnreachable'],
      words: { 0: 'cut off', 1: 'answers' },
      queries: [[`min by (role) (${only('interlock_redis_up')})`, '{{role}}']],
    }),
    number({
      id: 2,
      title: 'Circuits open',
      description:
        'Systems left alone after repeated failures. What is asked of them is unknown meanwhile, and so blocks.',
      unit: 'short',
      span: 4,
      alerts: ['CircuitOpen'],
      none: 'none set up',
      queries: [[worst('interlock_circuit_open', 'dependency'), '{{dependency}}']],
    }),
    number({
      id: 3,
      title: 'Redis memory used',
      description: 'Of maxmemory. At 100 % every write is refused; without a limit there is no value.',
      unit: 'percentunit',
      span: 4,
      alerts: ['RedisMemoryHigh'],
      none: 'no limit',
      queries: [
        [`${worst('interlock_redis_memory_used_bytes')} / ${worst('interlock_redis_memory_max_bytes')}`, 'used'],
      ],
    }),
    number({
      id: 4,
      title: 'Event loop delay, worst p99',
      description:
        'One turn in a hundred is later than this, in the worst process. A worker that is 10 s late loses its jobs.',
      unit: 's',
      span: 5,
      alerts: ['EventLoopBlocked'],
      queries: [[worst('nodejs_eventloop_lag_p99_seconds'), 'worst']],
    }),
    number({
      id: 5,
      title: 'Restarts, last hour',
      description:
        'Starts of processes that were there before. Deploys are marked on the charts; other restarts are crashes.',
      unit: 'short',
      span: 5,
      queries: [[`sum(changes(${only('process_start_time_seconds')}[1h]))`, 'restarts']],
    }),
    lines({
      id: 6,
      title: 'Requests by outcome',
      description: 'Requests per second to the systems policies ask for facts. Each try counts.',
      unit: 'reqps',
      span: 8,
      queries: [[rate(REQUESTS, 'dependency, outcome'), '{{dependency}} {{outcome}}']],
    }),
    lines({
      id: 7,
      title: 'Failed requests',
      description:
        'Share of requests that gave no answer, over 5 minutes. What is not answered is unknown, and so blocks.',
      unit: 'percentunit',
      span: 8,
      runbooks: ['CircuitOpen'],
      none: 'no requests',
      queries: [
        [
          `1 - ${share(rate(REQUESTS, 'dependency', 'outcome="ok"', '5m'), rate(REQUESTS, 'dependency', '', '5m'))}`,
          '{{dependency}}',
        ],
      ],
    }),
    lines({
      id: 8,
      title: 'Request latency, p99',
      description: 'Of each try, by system and what was asked.',
      unit: 's',
      span: 8,
      none: 'no requests',
      queries: [
        [
          quantile(0.99, 'interlock_dependency_request_duration_seconds', 'dependency, operation'),
          '{{dependency}} {{operation}}',
        ],
      ],
    }),
    lines({
      id: 9,
      title: 'Redis latency by command, p99',
      description:
        'From a command written to its reply, as the processes see it: Redis, the network and our own event loop together.',
      unit: 's',
      span: 12,
      none: 'no commands',
      queries: [[quantile(0.99, 'interlock_redis_command_duration_seconds', 'command'), '{{command}}']],
    }),
    lines({
      id: 10,
      title: 'Redis errors by kind',
      description: 'Commands that failed, per second. Refused: no memory, no disk, or a replica.',
      unit: 'ops',
      span: 12,
      alerts: ['RedisWritesRefused'],
      queries: [[rate('interlock_redis_command_errors_total', 'kind'), '{{kind}}']],
    }),
  ],
}
