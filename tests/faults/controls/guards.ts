/** The guards that the suites prove, each as what takes it out of the build. */
import type { Setup } from '../harness/site.ts'

type Without = NonNullable<Setup['without']>

const guard = (name: string, ...changes: [file: string, from: string, to: string][]): Without => ({
  name: `without-${name}`,
  changes: changes.map(([file, from, to]) => ({ file, from, to })),
})

const COMMIT = 'src/shared/ledger/commit.lua'
const ACCEPT = 'src/producers/accept-alert.ts'
const CONNECTIONS = 'src/shared/queue/redis.ts'

/** The texts are as short as they can be and still stand once: what stands round them may change. */
export const WITHOUT = {
  /** A worker commits though its lock is gone and the chain has moved on. Either of the two checks alone holds. */
  fence: guard('fence', [COMMIT, 'result < 0', 'false'], [COMMIT, 'change_conflicts(prefix, change)', 'false']),
  /** Nobody looks for jobs whose worker is dead. */
  recovery: guard('recovery', ['src/workers/stage-worker.ts', '...LOCK', '...LOCK, skipStalledCheck: true']),
  /** Every delivery is the first of its kind. */
  dedupe: guard(
    'dedupe',
    [ACCEPT, 'const { incidents, versions } =', 'const incidents: never[] = []\n    const { versions } ='],
    ['src/shared/ledger/accept.lua', 'change_conflicts(prefix, at + 1)', 'false'],
  ),
  /** A delivery is acknowledged though Redis refused to take it, and nobody counts it in Redis first. */
  durableAccept: guard(
    'durable-accept',
    [ACCEPT, 'ledger.apply(change, queued, also)', 'ledger.apply(change, queued, also).catch(() => true)'],
    ['src/producers/routes.ts', 'await rate?.count(source, request)', ''],
  ),
  /** A connection that answers no more is trusted for ever. */
  silenceLimit: guard(
    'silence-limit',
    [CONNECTIONS, 'socketTimeout: 2 * commandTimeout', 'socketTimeout: undefined'],
    [CONNECTIONS, 'socketTimeout: SILENT_MS', 'socketTimeout: undefined'],
  ),
  /** The trace is read in the order of its times instead of its numbers. */
  chainOrder: guard('chain-order', [
    'src/shared/ledger/incident-ledger.ts',
    'trace.map((text): AuditRecord => JSON.parse(text))',
    'trace.map((text): AuditRecord => JSON.parse(text)).sort((a, b) => (a.at < b.at ? -1 : 1))',
  ]),
} satisfies Record<string, Without>
