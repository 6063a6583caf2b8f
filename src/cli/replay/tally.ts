/** Counts what comes of many incidents and keeps the first few of those to be shown, so that memory is bounded. */
import type { StoredIncident } from '../../shared/ledger/stored-incident.ts'
import type { Answer } from '../answer.ts'

/** What was read of one incident: what is stored, or why it cannot be read. */
export type Read = { incident_id: string } & ({ stored: StoredIncident } | { stored: null; problem: string })

export interface Tally {
  take(read: Read): void | Promise<void>
  /** `stopped`: told to stop before all had been looked at. */
  answer(stopped: boolean): Answer
}

export class Shown<Item> {
  readonly items: Item[] = []
  readonly #limit: number
  notListed = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  add(item: Item): void {
    if (this.items.length < this.#limit) this.items.push(item)
    else this.notListed++
  }

  /** As a last line of what is shown; none when everything is. */
  get more(): string[] {
    return this.notListed === 0 ? [] : [`  (${this.notListed} more not listed: see --limit)`]
  }
}

/** `a=1 b=2`. */
export const counted = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name}=${count}`)
    .join(' ')
