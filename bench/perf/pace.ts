/** Sends so many deliveries a second, each at a time of its own, whether or not those before it are answered. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Delivered } from './deliver.ts'

/** As long as autocannon waits. */
const ANSWER_DEADLINE_MS = 10_000

/**
 * `body(n)` is the nth. Times count from when a delivery was due, not from when it was sent: a sender that is held up by a
 * slow answer would otherwise not see that it was slow.
 */
export const pace = async (
  url: string,
  rate: number,
  seconds: number,
  body: (n: number) => string,
): Promise<Delivered> => {
  const took: number[] = []
  let errors = 0
  const send = async (n: number, due: number) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: body(n),
      signal: AbortSignal.timeout(ANSWER_DEADLINE_MS),
    }).catch(() => null)
    await answer?.arrayBuffer().catch(() => null)
    took.push(performance.now() - due)
    if (!answer?.ok) errors++
  }
  const sending: Promise<void>[] = []
  const began = performance.now()
  for (let n = 0; n < rate * seconds; n++) {
    const due = began + (n * 1000) / rate
    await delay(Math.max(0, due - performance.now()))
    sending.push(send(n, due))
  }
  await Promise.all(sending)
  return { sent: sending.length, errors, accept_ms: took }
}
