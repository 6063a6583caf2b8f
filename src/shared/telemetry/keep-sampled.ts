/** Reads Redis on a timer, so that `/metrics` never has to. A reading that failed or is late is dropped: 0 looks healthy. */

const EVERY_MS = 5000
const DEADLINE_MS = 1000
/** What has no answer by then never gets one; the next reading may. */
const GIVE_UP_MS = 30_000

/**
 * Reads at once and then every `everyMs`; `show` gets null where there is no reading, and the one that comes late after
 * all. One is under way at a time, so that none pile up while Redis is silent, and after 30 s it is given up. Returns what
 * ends it.
 */
export const keepSampled = <Reading>(
  read: () => Promise<Reading>,
  show: (reading: Reading | null) => void,
  everyMs = EVERY_MS,
): (() => void) => {
  let reading = false
  const once = async () => {
    if (reading) return
    reading = true
    const late = setTimeout(() => show(null), DEADLINE_MS).unref()
    let never: NodeJS.Timeout | undefined
    const givenUp = new Promise<never>((_, reject) => {
      never = setTimeout(() => reject(new Error('given up')), GIVE_UP_MS).unref()
    })
    try {
      show(await Promise.race([read(), givenUp]))
    } catch {
      show(null)
    } finally {
      clearTimeout(late)
      clearTimeout(never)
      reading = false
    }
  }
  void once()
  const timer = setInterval(() => void once(), everyMs).unref()
  return () => clearInterval(timer)
}
