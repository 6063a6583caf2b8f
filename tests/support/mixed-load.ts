/** Everything that happens to a pipeline in a day, in seconds: passes, blocks, repeats, closings, nonsense, dead letters, a stop. */
import { setTimeout as delay } from 'node:timers/promises'
import { grafanaDelivery, pagerdutyDelivery } from './faults.ts'
import type { ObservedPipeline } from './observed-pipeline.ts'
import { eventually } from './processes.ts'

interface Delivery {
  source: 'grafana' | 'alertmanager' | 'pagerduty'
  body: unknown
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
  (fault) => [firing(fault, STATEFUL), resolved(fault, STATEFUL)],
  () => [{ source: 'alertmanager', body: { hello: 1 } }],
]

const ask = async (url: string, method: 'POST' | 'PUT', body: unknown): Promise<void> => {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) })
  await response.arrayBuffer()
  if (response.status >= 500) throw new Error(`${method} ${url} was answered ${response.status}`)
}

const tell = async ({ address }: ObservedPipeline, fault: number): Promise<void> => {
  for (const { source, body } of STORIES[fault % STORIES.length]?.(`mixed-${fault}`) ?? [])
    await ask(`${address}/webhooks/${source}`, 'POST', body)
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

const order = ({ address }: ObservedPipeline, engaged: boolean): Promise<void> =>
  ask(`${address}/kill-switch`, 'PUT', {
    ...{ engaged, scope: 'action:restart_pod', by: 'mixed load' },
    reason: engaged ? 'restarts make it worse' : 'it was the network',
  })

/** The decisions behind some of what a stop holds are damaged, so that they are given up on as soon as it is lifted. */
const damage = async ({ redis, ledger }: ObservedPipeline): Promise<void> => {
  for (const id of (await redis.hkeys(ledger.keys.held)).slice(0, 3))
    await redis.hset(ledger.keys.incident(id), { 'decision:readiness': '{}\n{}\n{"changed":true}' })
}

/** While `meanwhile` goes on, restarts are stopped; some of those that were held end as dead letters. */
export const stopMeanwhile = async (pipeline: ObservedPipeline, meanwhile: () => Promise<unknown>): Promise<void> => {
  await order(pipeline, true)
  await meanwhile()
  await eventually(async () => {
    if ((await pipeline.redis.hlen(pipeline.ledger.keys.held)) === 0) throw new Error('the stop holds nothing')
  })
  await damage(pipeline)
  await order(pipeline, false)
}
