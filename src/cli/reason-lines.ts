/** Reasons as the command line prints them: one a line, `  - <code>: <message>`. */
export const reasonLines = (reasons: readonly { code: string; message: string }[]): string[] =>
  reasons.map(({ code, message }) => `  - ${code}: ${message.replace(/[\p{Cc}\s]+/gu, ' ')}`)
