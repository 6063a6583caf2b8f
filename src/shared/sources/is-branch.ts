/** Whether JSON data has members: an object or a list. */
export const isBranch = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
