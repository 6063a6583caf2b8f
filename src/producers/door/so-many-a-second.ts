/** Says yes so many times in each second, so that what a stranger can cause without end is told of, and fills no disk. */

/** Each kind has a limit of its own: one that comes without end hides no other. */
export const soManyASecond = <Kind extends string>(
  limit: number,
  now: () => number = Date.now,
): ((kind: Kind) => boolean) => {
  let second = 0
  const counts = new Map<Kind, number>()
  return (kind) => {
    const at = Math.floor(now() / 1000)
    if (at !== second) counts.clear()
    second = at
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    return count <= limit
  }
}
