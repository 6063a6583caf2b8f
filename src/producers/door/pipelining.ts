/** Who sends on and on over one connection without waiting for answers; no sender of alerts does. */
import type { Socket } from 'node:net'

/** Node takes all that one connection holds, up to 2 MB, before it looks at the next: every other sender waits for that. */
export const MOST_AT_ONCE = 64

/** Says of each request, by its connection, whether there were too many before it in this turn of the event loop. */
export const watchPipelining = (): ((connection: Socket) => boolean) => {
  const inThisTurn = new Map<Socket, number>()
  return (connection) => {
    if (inThisTurn.size === 0) setImmediate(() => inThisTurn.clear())
    const count = (inThisTurn.get(connection) ?? 0) + 1
    inThisTurn.set(connection, count)
    return count > MOST_AT_ONCE
  }
}
