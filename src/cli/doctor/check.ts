/** One thing `interlock doctor` looks at: how it was found, and what to do where that is not good. */
export type Check =
  | { name: string; status: 'ok'; found: string }
  | { name: string; status: 'warning' | 'failed'; found: string; fix: string }

export const ok = (name: string, found: string): Check => ({ name, status: 'ok', found })
export const warning = (name: string, found: string, fix: string): Check => ({ name, status: 'warning', found, fix })
export const failed = (name: string, found: string, fix: string): Check => ({ name, status: 'failed', found, fix })

/** Whether one dotted version is at least another; what is not a version is not. */
export const isAtLeast = (version: string, wanted: string): boolean => {
  const [have, need] = [version, wanted].map((text) => text.split('.').map(Number))
  for (const [position, part] of (need ?? []).entries()) {
    const own = have?.[position] ?? 0
    if (own !== part) return own > part
  }
  return true
}
