/** One small file from an address that the caller has pinned: no redirects, a deadline, and a limit to its size. */

const DEADLINE_MS = 3_000
const LARGEST_BYTES = 65_536

/** The server answered that it has no such thing: asking again does not help. */
export class NotThere extends Error {}

/** Throws NotThere, or whatever kept the answer from coming. */
export const fetchBytes = async (url: string): Promise<Buffer> => {
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(DEADLINE_MS) })
  if (answer.status >= 400 && answer.status < 500) throw new NotThere(`answered ${answer.status}`)
  if (!answer.ok || !answer.body) throw new Error(`answered ${answer.status}`)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += chunk.length
    if (size > LARGEST_BYTES) throw new NotThere('larger than any certificate')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
