/** `npm run on-call-walk`: takes every walk on a real installation and writes docs/on-call-walk.md. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { take } from './walk.ts'
import { WALKS } from './walks/index.ts'

const FILE = fileURLToPath(new URL('../../docs/on-call-walk.md', import.meta.url))
/** A minute of the rules takes three seconds. */
const SCALE = 0.05

const ABOUT = `# On call: from the alert to the recovery

Written by \`npm run on-call-walk\`; what you read happened. It starts a real installation (Redis, an API, one worker a
stage) and a real Prometheus with the rules of \`prometheus/rules\`, breaks something, waits for the alert, opens the runbook
that the alert links, runs its queries against Prometheus and its commands as processes, and mends what it finds. Times
count from the fault. So that nobody waits for an hour, every duration in rules and queries is ${1 / SCALE} times as short
(\`for: 2m\` is 6 s, \`[1h]\` is 3 minutes); thresholds are as they are.
`

const broken = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => broken.abort(new Error('broken off')))
const say = (text: string) => process.stderr.write(`${text}\n`)

try {
  const taken: string[] = []
  for (const walk of WALKS) taken.push(await take(walk, SCALE, broken.signal, say))
  writeFileSync(FILE, [ABOUT, ...taken].join('\n'))
  say('docs/on-call-walk.md is written')
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
