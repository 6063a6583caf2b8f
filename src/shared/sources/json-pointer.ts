/** JSON pointers (RFC 6901), through own members only. */

const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~')

/** Undefined where it finds nothing. */
export const pointedAt = (document: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .map(unescaped)
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? (value as Record<string, unknown>)[key]
          : undefined,
      document,
    )
