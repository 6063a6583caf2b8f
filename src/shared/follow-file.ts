/** A file in force: read at start, read again when it changes, and kept as it was while a change cannot be used. */
import { readFile } from 'node:fs/promises'
import { setInterval } from 'node:timers/promises'

const POLL_EVERY_MS = 2_000

export interface InForce<Value> {
  current(): Value
  close(): void
}

export interface Follower<Value> {
  /** Throws for a text that cannot be used. */
  parse(text: string): Value
  /** Given why, such as ENOENT. */
  unreadable(why: string): Error
  /** Told of each value that takes force, the first one too. */
  onLoaded(value: Value): void
  /** Told once of each content that is refused, and once of a file that is gone. */
  onRefused(error: unknown): void
  everyMs?: number
}

/** Contents are compared, not times: some mounts keep the times of a changed file. Throws what `parse` and `unreadable` make. */
export const followFile = async <Value>(
  path: string,
  { parse, unreadable, onLoaded, onRefused, everyMs = POLL_EVERY_MS }: Follower<Value>,
): Promise<InForce<Value>> => {
  const read = (): Promise<string> =>
    readFile(path, 'utf8').catch((error) => {
      throw unreadable(error.code ?? String(error))
    })
  let settled = await read()
  let current = parse(settled)
  onLoaded(current)
  let seen = settled
  let refused = ''
  const stopped = new AbortController()
  const look = async (): Promise<void> => {
    try {
      const text = await read()
      const twice = text === seen
      seen = text
      // Judged only once two readings agree: half a file can be valid and still lack an entry.
      if (!twice || stopped.signal.aborted || (text === settled && refused === '')) return
      settled = text
      current = parse(text)
      refused = ''
      onLoaded(current)
    } catch (error) {
      if (String(error) !== refused && !stopped.signal.aborted) onRefused(error)
      refused = String(error)
    }
  }
  const follow = async () => {
    for await (const _ of setInterval(everyMs, undefined, { ref: false, signal: stopped.signal })) await look()
  }
  // It ends by being stopped, and in no other way: `look` throws nothing.
  follow().catch(() => {})
  return { current: () => current, close: () => stopped.abort() }
}
