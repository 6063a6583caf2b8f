/** Reads ahead of whoever takes the results, and hands them over in order: never more than `ahead` of them in memory. */
export async function* inOrder<Id, Result>(
  ids: AsyncIterable<Id>,
  read: (id: Id) => Promise<Result>,
  ahead: number,
): AsyncGenerator<Result> {
  const reading: Promise<Result>[] = []
  for await (const id of ids) {
    const result = read(id)
    // Thrown where its turn comes; until then it is not unhandled.
    result.catch(() => {})
    reading.push(result)
    if (reading.length >= ahead) yield await (reading.shift() as Promise<Result>)
  }
  for (const result of reading) yield await result
}
