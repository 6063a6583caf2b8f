/**
 * The tests of the pure gate that `npm run test:mutation` runs against every mutant: its tables. What is proved of random
 * inputs takes seconds a test, and what is found there alone depends on the draw.
 */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'mutation',
    include: [
      'src/workers/{blockers,stages}/*.test.ts',
      'src/shared/incident/*.test.ts',
      'src/shared/policy/{condition-grammar,conditions,facts,facts-at,pre-approval,shares,stated-facts}.test.ts',
    ],
    exclude: ['**/*.properties.test.ts'],
    // Each run has a process of its own all the same, and loads what its files share once.
    isolate: false,
    testTimeout: 30_000,
  },
})
