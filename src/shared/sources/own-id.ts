/** A source's own id of something, as it may stand in keys: plain ids as they are, all others as a digest. */
import { hash } from 'node:crypto'
import { OpaqueId } from './labels.ts'

const DIGEST = /^sha256:([0-9a-f]{32})$/

/** For ids that tell of accounts and networks, such as an ARN. A text that is such a digest already stands for itself. */
export const digestId = (text: string): string => DIGEST.exec(text)?.[1] ?? hash('sha256', text, 'hex').slice(0, 32)

/** An id in a delivery that is kept: adapters make the same of it as of the id itself. */
export const digestText = (text: string): string => `sha256:${digestId(text)}`

export const ownId = (text: string): string => (OpaqueId.safeParse(text).success ? text : digestId(text))
