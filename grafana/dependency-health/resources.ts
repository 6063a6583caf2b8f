/** The second row of dependency health: what runs short, in Redis and in our own processes. */
import type { Row } from '../frame.ts'
import { lines, number } from '../panels.ts'
import { only, rate, total, worst } from '../promql.ts'

const PROCESS = '{{instance}}'

export const resources: Row = {
  id: 200,
  title: 'Behind it: memory, connections, event loops, restarts',
  panels: [
    lines({
      id: 11,
      title: 'Redis memory against maximum',
      description: 'What the data of Redis takes, and what it may take. Without a limit there is no second line.',
      unit: 'bytes',
      span: 9,
      runbooks: ['RedisMemoryHigh'],
      dashed: '/^maximum$/',
      queries: [
        [worst('interlock_redis_memory_used_bytes'), 'used'],
        [worst('interlock_redis_memory_max_bytes'), 'maximum'],
      ],
    }),
    lines({
      id: 12,
      title: 'Redis connections',
      description: 'Connections of everybody, and how many Redis takes.',
      unit: 'short',
      span: 9,
      dashed: '/^maximum$/',
      queries: [
        [worst('interlock_redis_connected_clients'), 'connected'],
        [worst('interlock_redis_max_clients'), 'maximum'],
      ],
    }),
    number({
      id: 13,
      title: 'Redis keeps its keys',
      tall: true,
      description:
        'Whether maxmemory-policy is noeviction. With any other, Redis drops locks, jobs and records when memory is short.',
      unit: 'none',
      span: 6,
      alerts: ['RedisEvictionPolicyWrong'],
      words: { 0: 'noeviction', 1: 'evicts' },
      queries: [[worst('interlock_redis_evicts_keys'), 'policy']],
    }),
    lines({
      id: 14,
      title: 'Event loop delay, p99',
      description: 'By process. Above the line for two minutes raises the alert.',
      unit: 's',
      span: 8,
      alerts: ['EventLoopBlocked'],
      queries: [[worst('nodejs_eventloop_lag_p99_seconds', 'instance'), PROCESS]],
    }),
    lines({
      id: 15,
      title: 'Heap in use',
      description: 'Of the JavaScript heap, by process. A line that only climbs is a leak.',
      unit: 'bytes',
      span: 8,
      queries: [[total('nodejs_heap_size_used_bytes', 'instance'), PROCESS]],
    }),
    lines({
      id: 16,
      title: 'Time in garbage collection',
      description: 'Seconds per second, by process. Nothing else runs meanwhile.',
      unit: 'percentunit',
      span: 8,
      queries: [[rate('nodejs_gc_duration_seconds_sum', 'instance'), PROCESS]],
    }),
    lines({
      id: 17,
      title: 'CPU',
      description:
        'Cores in use, by process. A process has one event loop: near 1 it is at its limit, so start another.',
      unit: 'none',
      span: 12,
      queries: [[rate('process_cpu_seconds_total', 'instance'), PROCESS]],
    }),
    lines({
      id: 18,
      title: 'Restarts',
      description: 'Starts of each process in the last 15 minutes, and stops that cut off work in hand.',
      unit: 'short',
      span: 12,
      queries: [
        [`sum by (instance) (changes(${only('process_start_time_seconds')}[15m]))`, PROCESS],
        [`sum(increase(${only('interlock_shutdown_forced_total')}[15m]))`, 'forced stops'],
      ],
    }),
  ],
}
