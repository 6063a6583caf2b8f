/** The proven deliveries that are under way in this process, and whose: a crowd from one sender leaves the others their share. */
import { senderOf } from './sender-of.ts'

/** So many are answered within the 250 ms that are promised for one; more would only wait for each other. */
export const ROOM = 300
/** Whoever they are from: each takes memory. */
export const MOST = 4 * ROOM
/** Of one sender, however many others there are: what tools have under way at once. */
export const LEAST_SHARE = 10

/** How many one sender may have under way when there are `all`, of so many senders. */
export const shareOf = (all: number, senders: number): number => {
  if (all >= MOST) return 0
  return all < ROOM ? MOST : Math.max(LEAST_SHARE, Math.floor(ROOM / senders))
}

export class UnderWay {
  #all = 0
  readonly #from = new Map<string, number>()

  /** Whether there is no room for one more from this address. */
  hasItsShare(ip: string): boolean {
    return this.#all >= ROOM && (this.#from.get(senderOf(ip)) ?? 0) >= shareOf(this.#all, this.#from.size)
  }

  begin(ip: string): void {
    this.#count(senderOf(ip), 1)
  }

  /** Once for each begun: when it has come to an answer, whether its sender still waits for it or not. */
  end(ip: string): void {
    this.#count(senderOf(ip), -1)
  }

  #count(sender: string, change: number): void {
    this.#all += change
    const own = (this.#from.get(sender) ?? 0) + change
    if (own > 0) this.#from.set(sender, own)
    else this.#from.delete(sender)
  }
}
