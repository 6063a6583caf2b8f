/** A part of many decisions that is kept once, under the digest by which each of them names it. */
import { canonicalJson, sha256 } from './digest.ts'

export interface Kept<Value> {
  value: Value
  /** Canonical JSON of the value. */
  text: string
  /** sha256 of the text. */
  digest: string
}

export const keep = <Value>(value: Value): Kept<Value> => {
  const text = canonicalJson(value)
  return { value, text, digest: sha256(text) }
}
