/** The webhook secrets in force: read at start, replaced when the file changes, kept when a change is invalid. */
import { readFile } from 'node:fs/promises'
import { setInterval } from 'node:timers/promises'
import type { Config } from '../../shared/config.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import type { Log } from '../../shared/telemetry/log.ts'
import { refuseUnsigned, sourcesStanding } from './unsigned-sources.ts'
import { NO_SECRETS, parseSecrets, SecretsError, type WebhookSecrets } from './webhook-secrets.ts'

const POLL_EVERY_MS = 2_000

export interface SecretsInForce {
  current(): WebhookSecrets
  close(): void
}

const textOf = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? error.code : error
    throw new SecretsError(file, [`it cannot be read (${why}): set WEBHOOK_SECRETS_FILE to a file that can`])
  }
}

/** Throws SecretsError or, in production, `sources_unsigned`, when the file cannot be used at start. */
export const secretsInForce = async (
  { WEBHOOK_SECRETS_FILE: file, NODE_ENV }: Pick<Config, 'WEBHOOK_SECRETS_FILE' | 'NODE_ENV'>,
  policies: () => PolicySet,
  log: Log,
  everyMs = POLL_EVERY_MS,
): Promise<SecretsInForce> => {
  const check = (secrets: WebhookSecrets): WebhookSecrets => {
    if (NODE_ENV === 'production') refuseUnsigned(secrets, policies())
    return secrets
  }
  let settled = file ? await textOf(file) : ''
  let current = check(file ? parseSecrets(settled, file) : NO_SECRETS)
  const announce = () => {
    const unsigned = sourcesStanding(current, policies(), 'open', 'unsigned')
    if (file) log.event('secrets_loaded', { sources: sourcesStanding(current, policies(), 'secured') })
    if (unsigned.length > 0) log.event('unsigned_sources', { sources: unsigned })
  }
  announce()
  if (!file) return { current: () => current, close: () => {} }

  let seen = settled
  let unreadable = ''
  /** Judged only once two readings agree: half a file can be valid and still lack a secret. */
  const follow = async (path: string): Promise<void> => {
    try {
      const text = await textOf(path)
      unreadable = ''
      const twice = text === seen
      seen = text
      if (!twice || text === settled) return
      settled = text
      current = check(parseSecrets(text, path))
      announce()
    } catch (err) {
      const message = String(err)
      if (message !== unreadable) log.event('secrets_refused', { err })
      unreadable = message
    }
  }
  const watch = new AbortController()
  const watched = async () => {
    for await (const _ of setInterval(everyMs, undefined, { ref: false, signal: watch.signal })) await follow(file)
  }
  // Ends by being told to, and by nothing else: `follow` throws nothing.
  watched().catch(() => {})
  return { current: () => current, close: () => watch.abort() }
}
