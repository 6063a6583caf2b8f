/** Senders as they are: each delivery is sent until it is acknowledged, and what was acknowledged is remembered. */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { Chance } from '../../../bench/chance.ts'
import { grafanaDelivery, pagerdutyDelivery } from '../../support/faults.ts'

interface Delivery {
  source: 'grafana' | 'pagerduty'
  body: unknown
}
let delivered = 0
/** Bytes of its own each time it is told, the same ones at every try: a repeat is for the ledger to know, not for the door. */
const firing = (fault: string): Delivery => ({
  source: 'grafana',
  body: { ...(grafanaDelivery({ fault }) as object), delivered: delivered++ },
})
const page = (fault: string): Delivery => ({ source: 'pagerduty', body: pagerdutyDelivery({ fault }) })
const resolved = (fault: string): Delivery => ({
  source: 'grafana',
  body: grafanaDelivery({ fault }, { status: 'resolved', endsAt: '2026-05-17T12:16:30Z' }),
})

/** What the sources tell of one fault: one step after the other, the deliveries of a step at once. */
type Story = (fault: string) => Delivery[][]
const STORIES = {
  measured: (fault) => [[firing(fault)]],
  paged_after: (fault) => [[firing(fault)], [page(fault)]],
  paged_before: (fault) => [[page(fault)], [firing(fault)]],
  paged_at_once: (fault) => [[firing(fault), page(fault)]],
  repeated: (fault) => [[firing(fault), firing(fault)], [firing(fault)]],
  resolved: (fault) => [[firing(fault)], [resolved(fault)]],
} satisfies Record<string, Story>
export type StoryName = keyof typeof STORIES
export const STORY_NAMES = Object.keys(STORIES) as StoryName[]

/** A sender gives up waiting for an answer, and sends again. */
const ANSWER_DEADLINE_MS = 5_000
const LONGEST_BREAK_MS = 2_000
/** There was more to do than could be done: so an API answers some senders that has just come back from a fault. */
const COME_AGAIN = 429
/** What is not acknowledged is not without end either: beyond this, no new fault is told of. */
const MOST_AT_ONCE = 40
const Answer = z.object({ incidents: z.array(z.object({ incident_id: z.string(), outcome: z.string() })) })

/** Null for every answer after which a sender tries again. Throws for one that no fault explains. */
const post = async (address: string, { source, body }: Delivery) => {
  const response = await fetch(`${address}/webhooks/${source}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_DEADLINE_MS),
  }).catch(() => null)
  if (!response || response.status >= 500 || response.status === COME_AGAIN) return null
  const text = await response.text().catch(() => null)
  if (text === null) return null
  if (!response.ok) throw new Error(`${source} was answered ${response.status}: ${text}`)
  return Answer.parse(JSON.parse(text)).incidents
}

export interface Load {
  /** Faults that were told of, and the incidents that the answers named. */
  told: ReadonlyMap<string, ReadonlySet<string>>
  /** Deliveries that were not acknowledged and sent again. */
  refused(): number
  /** Sends one fault's story to its end. */
  tell(fault: string, story: StoryName): Promise<void>
  /** No more faults; resolves when all deliveries are acknowledged, rejects when one never was. */
  stop(): Promise<void>
}

interface LoadSettings {
  random: Chance
  /** Faults a second; 0 tells none by itself. */
  rate: number
  stories: readonly StoryName[]
  /** After which it is not a fault any more that keeps a delivery from being taken. */
  patienceMs: number
}

/** `name` tells the faults of this load from those of others. */
export const startLoad = (
  name: string,
  addresses: () => readonly string[],
  { random, rate, stories, patienceMs }: LoadSettings,
): Load => {
  const told = new Map<string, Set<string>>()
  const telling = new Set<Promise<void>>()
  const failures: unknown[] = []
  let refused = 0
  let stopped = false

  const insist = async (fault: string, delivery: Delivery) => {
    for (let [deadline, tries] = [Date.now() + patienceMs, 0]; ; refused++, tries++) {
      const incidents = await post(random.pick(addresses()), delivery)
      if (incidents) {
        const ids = told.get(fault) ?? new Set()
        told.set(fault, ids)
        for (const { incident_id } of incidents) ids.add(incident_id)
        return
      }
      if (Date.now() > deadline) throw new Error(`a delivery about ${fault} was never acknowledged`)
      await delay(random.below(Math.min(100 * 2 ** tries, LONGEST_BREAK_MS)))
    }
  }
  const tell = async (fault: string, story: StoryName) => {
    for (const step of STORIES[story](fault)) await Promise.all(step.map((delivery) => insist(fault, delivery)))
  }
  const feed = async () => {
    for (let n = 0; !stopped; n++) {
      await delay(1000 / rate)
      if (telling.size >= MOST_AT_ONCE) continue
      const one = tell(`${name}-${n}`, random.pick(stories))
        .catch((error) => void failures.push(error))
        .finally(() => telling.delete(one))
      telling.add(one)
    }
  }
  const feeding = rate > 0 ? feed() : Promise.resolve()
  return {
    told,
    refused: () => refused,
    tell,
    stop: async () => {
      stopped = true
      await feeding
      await Promise.all(telling)
      if (failures.length > 0) throw failures[0]
    },
  }
}
