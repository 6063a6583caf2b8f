/** Compares what was presented with secrets, in a time that tells nothing of either: digests of one length, all of them. */
import { hash, timingSafeEqual } from 'node:crypto'

/** All that is kept of a token: it cannot be printed by accident. */
export const secretDigest = (text: string): Buffer => hash('sha256', text, 'buffer')

export const isOneOf = (presented: string, digests: readonly Buffer[]): boolean => {
  const digest = secretDigest(presented)
  return digests.reduce((found, one) => timingSafeEqual(digest, one) || found, false)
}
