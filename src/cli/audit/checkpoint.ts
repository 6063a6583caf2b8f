/** `interlock audit checkpoint`: signs the chain heads that changed, once or until it is told to stop. */
import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import { z } from 'zod'
import { keyId } from '../../shared/audit/checkpoint.ts'
import { everyChainEnd } from '../../shared/ledger/stored-traces.ts'
import { type Answer, answerError, CommandError, printAnswer } from '../answer.ts'
import { reasonLines } from '../reason-lines.ts'
import { withLedger } from '../with-ledger.ts'
import { type Checkpointer, openCheckpointer } from './checkpointer.ts'
import { readPrivateKey } from './signing-keys.ts'

/** A look costs Redis some time, so none follows before this much, and none takes up more than a twentieth of it. */
const REST_MS = 1000
const REST_FACTOR = 20

const Options = z.object({
  key: z.string(),
  out: z.string(),
  everyRecords: z.coerce.number().int().min(1).max(100_000),
  everySeconds: z.coerce.number().int().min(1).max(86_400),
  once: z.boolean().default(false),
  json: z.boolean().default(false),
})

const parseOptions = (options: unknown): z.infer<typeof Options> => {
  const parsed = Options.safeParse(options)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const name = String(issue?.path[0]).replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)
  throw new CommandError('option_invalid', `--${name}: ${issue?.message}`)
}

/** Resolves when `stop` is aborted. Redis may be away for a while; anything else that fails ends it. */
const keepLooking = async (checkpointer: Checkpointer, everyMs: number, stop: AbortSignal): Promise<void> => {
  let [dueAt, lastError] = [0, '']
  while (!stop.aborted) {
    const began = performance.now()
    try {
      await checkpointer.look(began >= dueAt)
      if (began >= dueAt) dueAt = began + everyMs
      lastError = ''
    } catch (error) {
      if (error instanceof CommandError) throw error
      const { message } = error as Error
      if (message !== lastError) process.stderr.write(`interlock: ${message}; trying again\n`)
      lastError = message
    }
    const now = performance.now()
    const rest = Math.max(REST_MS, (now - began) * REST_FACTOR)
    await delay(Math.min(rest, Math.max(REST_MS, dueAt - now)), undefined, { signal: stop }).catch(() => {})
  }
}

const checkpoint = async (given: unknown): Promise<Answer> => {
  const { key, out, everyRecords, everySeconds, once, json } = parseOptions(given)
  const privateKey = readPrivateKey(key)
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const say = (stream: NodeJS.WriteStream, line: string) => json || stream.write(`${line}\n`)

  const done = { key_id: keyId(privateKey), checkpoints: 0, incidents: 0, records: 0 }
  const problems = new Map<string, { incident_id: string; problem: string }>()
  await withLedger(async ({ redis, ledger }) => {
    const checkpointer = await openCheckpointer({
      ...{ out, privateKey, everyRecords },
      ends: () => everyChainEnd(redis, ledger),
      now: () => new Date().toISOString(),
      onCheckpoint: ({ seq, at, incidents, root }, records) => {
        done.checkpoints++
        done.incidents += incidents
        done.records += records
        say(process.stdout, `checkpoint ${seq} at ${at}: incidents=${incidents} records=${records} root=${root}`)
      },
      onProblem: (incident_id, problem) => {
        const [line = ''] = reasonLines([{ code: 'audit_trace_incomplete', message: `${incident_id}: ${problem}` }])
        if (!problems.has(line)) say(process.stderr, line)
        problems.set(line, { incident_id, problem })
      },
    })
    try {
      if (once) await checkpointer.look(true)
      else await keepLooking(checkpointer, everySeconds * 1000, stop.signal)
    } finally {
      await checkpointer.close()
    }
  })
  const counted = `checkpoints=${done.checkpoints} incidents=${done.incidents} records=${done.records}`
  if (problems.size === 0) return { exit: 0, json: { outcome: 'pass', ...done, problems: [] }, out: `PASS ${counted}` }
  return {
    exit: 1,
    json: { outcome: 'block', ...done, problems: [...problems.values()] },
    err: `BLOCK ${counted} problems=${problems.size}`,
  }
}

export const checkpointCommand = new Command('checkpoint')
  .description('sign where the chains end now, and append that to a file to be kept elsewhere')
  .requiredOption('--key <file>', 'the private key of "interlock audit keygen"')
  .requiredOption('--out <file>', 'the checkpoint file, new or to be continued')
  .option('--every-records <n>', 'at the latest after so many new records', '1000')
  .option('--every-seconds <n>', 'and after so many seconds, where there is a new record', '60')
  .option('--once', 'one look instead of going on until it is told to stop (SIGTERM, Ctrl-C)')
  .option('--json', 'print one JSON document at the end')
  .addHelpText(
    'after',
    `
Looks at every chain head in turn and signs those that changed. Keep the file, or a copy of it, where whoever can write
to Redis cannot, and the private key away from both. docs/audit.md says what this proves.

Exit codes: 0 signed, 1 a chain has lost records that were signed before (it is named), 2 usage or a failure.

Examples:
  $ interlock audit keygen --out keys
  $ interlock audit checkpoint --key keys/audit.key --out checkpoints.jsonl
  $ interlock audit checkpoint --key keys/audit.key --out checkpoints.jsonl --once`,
  )
  .action(async (options: { json?: boolean }) => {
    printAnswer(await checkpoint(options).catch(answerError), options.json === true)
  })
