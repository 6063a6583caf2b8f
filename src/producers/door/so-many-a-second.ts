/** Says yes so many times in each second, so that what a stranger can cause without end is told of, and fills no disk. */
export const soManyASecond = (limit: number, now: () => number = Date.now): (() => boolean) => {
  let [second, count] = [0, 0]
  return () => {
    const at = Math.floor(now() / 1000)
    if (at !== second) [second, count] = [at, 0]
    return ++count <= limit
  }
}
