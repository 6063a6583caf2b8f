/** Every incident id, newest first, a page at a time: for what goes over the whole ledger in bounded memory. */
import type { IncidentLedger } from './incident-ledger.ts'

export async function* everyIncident(ledger: IncidentLedger): AsyncGenerator<string> {
  for (let after: { at: number; id: string } | null = null; ; ) {
    const page: { at: number; id: string }[] = await ledger.idsAfter(after, 500)
    yield* page.map(({ id }) => id)
    after = page.at(-1) ?? null
    if (!after) return
  }
}
