/** Two projects: pure tests, and tests against the one real Redis that their set-up starts. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
          exclude: ['**/*.redis.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'redis',
          include: ['src/**/*.redis.test.ts', 'tests/**/*.redis.test.ts'],
          globalSetup: 'tests/support/redis-server.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
