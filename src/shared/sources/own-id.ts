/** A source's own id of something, as it may stand in keys: plain ids as they are, all others as a digest. */
import { hash } from 'node:crypto'
import { OpaqueId } from './labels.ts'

/** For ids that tell of accounts and networks, such as an ARN. */
export const digestId = (text: string): string => hash('sha256', text, 'hex').slice(0, 32)

export const ownId = (text: string): string => (OpaqueId.safeParse(text).success ? text : digestId(text))
