/** The tokens in force: read at start, again when their file changes; a change that cannot be read is refused loudly. */
import { readFile } from 'node:fs/promises'
import { setInterval } from 'node:timers/promises'
import { CodedError } from '../../shared/coded-error.ts'
import type { Log } from '../../shared/telemetry/log.ts'
import { type OperatorTokens, parseOperatorTokens } from './operator-tokens.ts'

const POLL_EVERY_MS = 2_000

const read = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CodedError('operators_invalid', `OPERATOR_TOKENS_FILE: ${path} cannot be read: ${error.code}`)
  })

/** Throws CodedError where the file cannot be used at start. */
export const followTokens = async (path: string, log: Log, everyMs = POLL_EVERY_MS) => {
  let seen = await read(path)
  let current: OperatorTokens = []
  const take = () => {
    current = parseOperatorTokens(path, seen)
    log.event('operators_loaded', { tokens: current.length })
  }
  take()
  const stopped = new AbortController()
  let refused = ''
  const look = async () => {
    try {
      const text = await read(path)
      if (text === seen && refused === '') return
      seen = text
      take()
      refused = ''
    } catch (err) {
      if (String(err) !== refused) log.event('operators_refused', { err })
      refused = String(err)
    }
  }
  const follow = async () => {
    for await (const _ of setInterval(everyMs, undefined, { ref: false, signal: stopped.signal })) await look()
  }
  // It ends by being stopped, and in no other way.
  follow().catch(() => {})
  return { current: () => current, close: () => stopped.abort() }
}
