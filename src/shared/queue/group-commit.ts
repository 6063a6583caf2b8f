/**
 * Commits that become ready in one turn of the event loop go to Redis in one script call: what a call costs is then paid
 * once for all of them, and the keys of the queue travel once. A commit that is alone goes alone, and waits for nobody; a
 * call that is full goes at once, so that Redis works on it while the turn goes on.
 */

/** Bounds how long one call holds up Redis: each commit takes it some 0.1 ms. */
const MOST_AT_ONCE = 8

interface Waiting<Item> {
  item: Item
  resolve(reply: unknown): void
  reject(error: unknown): void
}

/** Runs the script on items that share its keys; one reply for each, in order. An item's own failure is its reply. */
export type SendItems<Item> = (items: readonly Item[]) => Promise<unknown>

export class GroupCommit<Item> {
  #groups = new Map<string, { send: SendItems<Item>; waiting: Waiting<Item>[] }>()

  /** Items of one `group` have the same keys, so that any of their `send` does for all. */
  add(group: string, item: Item, send: SendItems<Item>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#groups.size === 0) setImmediate(() => this.#sendAll())
      const waiting = this.#groups.get(group)?.waiting ?? []
      this.#groups.set(group, { send, waiting })
      waiting.push({ item, resolve, reject })
      if (waiting.length < MOST_AT_ONCE) return
      this.#groups.delete(group)
      void this.#send(send, waiting)
    })
  }

  #sendAll(): void {
    // A new map, since a cleared one lets what it held live on until a full collection: V8 chains the old table to the new.
    const groups = this.#groups
    this.#groups = new Map()
    for (const { send, waiting } of groups.values()) void this.#send(send, waiting)
  }

  async #send(send: SendItems<Item>, waiting: readonly Waiting<Item>[]): Promise<void> {
    try {
      const replies = (await send(waiting.map(({ item }) => item))) as unknown[]
      for (const [i, { resolve }] of waiting.entries()) resolve(replies[i])
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }
}
