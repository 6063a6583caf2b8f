/** Everything that happens to a pipeline in a day, in seconds: passes, blocks, repeats, closings, nonsense, dead letters, a stop. */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { grafanaDelivery, pagerdutyDelivery } from './faults.ts'
import { OBSERVED, type ObservedPipeline } from './observed-pipeline.ts'
import { eventually } from './processes.ts'

/** Enough to damage some. */
const HELD = 4

/** What a worker has looked up counts for a second, and nothing is looked up while all is held. */
const LOOKED_UP_MS = 1100

interface Delivery {
  source: 'grafana' | 'alertmanager' | 'pagerduty'
  body: unknown
  /** Sent when the incident of the delivery before has come this far. */
  once?: 'blocked'
}

const firing = (fault: string, labels: object = {}): Delivery => ({
  source: 'grafana',
  body: grafanaDelivery({ fault }, { labels }),
})
const resolved = (fault: string, labels: object = {}): Delivery => ({
  source: 'grafana',
  body: grafanaDelivery({ fault }, { labels, status: 'resolved', endsAt: '2026-05-17T12:16:30Z' }),
})
const CPU = { alertname: 'high_cpu_usage' }
const STATEFUL = { service: 'orders-db' }

/** One after the other, and then from the start again; what is sent about each fault, in order. */
const STORIES: readonly ((fault: string) => Delivery[])[] = [
  (fault) => [firing(fault, CPU)],
  (fault) => [firing(fault), { source: 'pagerduty', body: pagerdutyDelivery({ fault }) }],
  (fault) => [firing(fault, STATEFUL)],
  (fault) => [firing(fault, CPU), firing(fault, CPU)],
  (fault) => [firing(fault, { ...CPU, service: 'unheard-of' })],
  (fault) => [firing(fault), resolved(fault)],
  (fault) => [firing(fault, { alertname: 'disk_full' })],
  (fault) => [firing(fault, STATEFUL), { ...resolved(fault, STATEFUL), once: 'blocked' }],
  () => [{ source: 'alertmanager', body: { hello: 1 } }],
]

const ask = async (url: string, method: 'POST' | 'PUT', body: unknown): Promise<unknown> => {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) })
  const answer: unknown = await response.json()
  if (response.status >= 500) throw new Error(`${method} ${url} was answered ${response.status}`)
  return answer
}

const Answer = z.object({ incidents: z.array(z.object({ incident_id: z.string().nullish() })).catch([]) })

const tell = async ({ address, ledger }: ObservedPipeline, fault: number): Promise<void> => {
  let id = ''
  for (const { source, body, once } of STORIES[fault % STORIES.length]?.(`mixed-${fault}`) ?? []) {
    if (once)
      await eventually(async () => {
        const status = (await ledger.readRecord(id))?.status
        if (status !== once) throw new Error(`${id} is ${status}, not ${once}`)
      })
    const { incidents } = Answer.parse(await ask(`${address}/webhooks/${source}`, 'POST', body))
    id = incidents[0]?.incident_id ?? ''
  }
}

/** Tells faults, `rate()` a second, until `seconds` are over; resolves with the number of the next one. */
export const sendMixed = async (
  pipeline: ObservedPipeline,
  { from, seconds, rate }: { from: number; seconds: number; rate: (second: number) => number },
): Promise<number> => {
  const telling: Promise<void>[] = []
  const started = Date.now()
  let next = from
  for (let second = 0; second < seconds; second = (Date.now() - started) / 1000) {
    telling.push(tell(pipeline, next++))
    await delay(1000 / rate(second))
  }
  await Promise.all(telling)
  return next
}

const order = ({ address }: ObservedPipeline, engaged: boolean): Promise<unknown> =>
  ask(`${address}/kill-switch`, 'PUT', {
    ...{ engaged, scope: 'action:restart_pod', by: 'mixed load' },
    reason: engaged ? 'restarts make it worse' : 'it was the network',
  })

/** Of what a stop holds, three decisions are damaged for good; until `mend` nobody can look up which runs were confirmed. */
const damage = async ({ redis, ledger }: ObservedPipeline): Promise<{ mend(): Promise<void> }> => {
  const [first = '', ...others] = await redis.hkeys(ledger.keys.held)
  for (const id of others.slice(0, 3))
    await redis.hset(ledger.keys.incident(id), { 'decision:readiness': '{}\n{}\n{"changed":true}' })
  await redis.set(ledger.keys.runs, 'no hash')
  await delay(LOOKED_UP_MS)
  return {
    mend: async () => {
      await eventually(async () => {
        const [attempts] = await redis.hmget(`{${OBSERVED}}:dry-run:${first}`, 'atm')
        if (!(Number(attempts) > 0)) throw new Error(`${first} was not tried`)
      })
      await redis.del(ledger.keys.runs)
    },
  }
}

/** While `meanwhile` goes on, restarts are stopped. Of those that were held some are dead-lettered after it, others tried again. */
export const stopMeanwhile = async (pipeline: ObservedPipeline, meanwhile: () => Promise<unknown>): Promise<void> => {
  await order(pipeline, true)
  await meanwhile()
  await eventually(async () => {
    const held = await pipeline.redis.hlen(pipeline.ledger.keys.held)
    if (held < HELD) throw new Error(`the stop holds ${held} incidents, not ${HELD}`)
  })
  const { mend } = await damage(pipeline)
  await order(pipeline, false)
  await mend()
}
