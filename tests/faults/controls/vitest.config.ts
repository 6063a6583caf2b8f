/** The controls alone: `npm run test:faults-controls`. Each takes minutes of builds and waits that `npm test` need not pay. */
import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { name: 'controls', include: ['tests/faults/controls/*.control.ts'] } })
