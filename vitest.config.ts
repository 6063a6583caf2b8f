/**
 * Three projects: pure tests, tests against the one real Redis that their set-up starts, and behind them the faults, which
 * start a Redis and processes each.
 */
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Files mostly wait for processes: one fewer at once than there are cores, as is the default, leaves cores idle.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: ['**/*.redis.test.ts'],
          // They leave nothing behind, so that files share what they import: a third of their processor time.
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'redis',
          include: ['src/**/*.redis.test.ts', 'tests/**/*.redis.test.ts'],
          exclude: ['tests/faults/**'],
          globalSetup: 'tests/support/redis-server.ts',
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.redis.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 60_000,
          // After all others, and two at a time: each measures what its own load does to its own processes.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
