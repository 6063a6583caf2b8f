/** JSON pointers (RFC 6901), through own members only. */
import { valueAt } from './value-at.ts'

const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~')

/** Undefined where it finds nothing. */
export const pointedAt = (document: unknown, pointer: string): unknown =>
  valueAt(document, pointer.split('/').slice(1).map(unescaped))
