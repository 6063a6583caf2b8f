/** Waits that a person can follow and break off: they say how long they have gone on, and end at a deadline or with Ctrl-C. */
import { setTimeout as delay } from 'node:timers/promises'

const LOOK_EVERY_MS = 200
const TELL_EVERY_MS = 10_000

export interface Wait {
  signal: AbortSignal
  say(text: string): void
  /**
   * Looks until `check` does not throw, telling it the seconds that have passed, and gives the seconds that took. Rejects with its last failure at the deadline,
   * and with the signal's reason as soon as it is given.
   */
  until(what: string, seconds: number, check: (passed: number) => Promise<void>): Promise<number>
}

export const openWait = (signal: AbortSignal, say: (text: string) => void): Wait => ({
  signal,
  say,
  until: async (what, seconds, check) => {
    const began = Date.now()
    const passed = () => (Date.now() - began) / 1000
    for (let told = began; ; ) {
      signal.throwIfAborted()
      try {
        await check(passed())
        return passed()
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        if (passed() > seconds) throw new Error(`${what}: not within ${seconds.toFixed(0)} s: ${why}`)
        if (Date.now() - told >= TELL_EVERY_MS) {
          told = Date.now()
          say(`${what}: ${passed().toFixed(0)} s of at most ${seconds.toFixed(0)} s (${why})`)
        }
      }
      await delay(LOOK_EVERY_MS, undefined, { signal })
    }
  },
})
