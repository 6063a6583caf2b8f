/** Beside the hand-off: what a commit read along, which saves the next stage its round trip. */

/** What a commit read along for the job it fetched, until that job's stage takes it. Raw, as `readIncident` gets it. */
export class ReadAhead {
  readonly #replies = new Map<string, unknown>()

  put(incidentId: string, reply: unknown): void {
    this.#replies.set(incidentId, reply)
  }

  /** Once: whoever decides again must look again. */
  take(incidentId: string): unknown {
    const reply = this.#replies.get(incidentId)
    this.#replies.delete(incidentId)
    return reply
  }
}
