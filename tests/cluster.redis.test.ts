/** REDIS_URL that names a Redis Cluster: the slot of an installation is found, wherever it goes, with nothing to be restarted. */
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { verifyChain } from '../src/shared/audit/verify-chain.ts'
import { imbalance } from '../src/shared/ledger/accounting.ts'
import { changeTo } from '../src/shared/ledger/change.ts'
import { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import { findLost, pruneEnded } from '../src/shared/ledger/ledger-upkeep.ts'
import { connectProducer, whenReady } from '../src/shared/queue/redis.ts'
import { keyPrefix } from '../src/shared/queue/stage-queues.ts'
import { inInstallation } from '../src/shared/redis-address.ts'
import { grafanaDelivery, pagerdutyDelivery } from './support/faults.ts'
import { PASSED_EVENTS } from './support/passed-events.ts'
import { eventually, killAll, runInterlock, startProcess } from './support/processes.ts'
import { type ClusterNode, openCluster, type RedisCluster } from './support/redis-cluster.ts'

afterEach(killAll)

const QUEUE_PREFIX = 'clustered'

const open = async () => {
  const cluster = await openCluster(QUEUE_PREFIX)
  const env = { REDIS_URL: cluster.url, QUEUE_PREFIX, PORT: '0', WORKER_PORT: '0' }
  const [api, worker] = [startProcess(['serve'], env), startProcess(['worker'], env)]
  const { address, redis } = await api.started()
  expect(redis).toBe('127.0.0.1')
  const { probes } = await worker.started()
  const refused = { count: 0 }
  const post = async (source: string, body: unknown) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const answer = await fetch(`${address}/webhooks/${source}`, init)
    const { incidents = [] } = (await answer.json()) as { incidents?: { incident_id: string; outcome: string }[] }
    if (answer.status === 503) refused.count++
    return { status: answer.status, ...incidents[0] }
  }
  const accepted = (fault: string) =>
    eventually(async () => {
      const { status, incident_id } = await post('grafana', grafanaDelivery({ fault }))
      expect([200, 202]).toContain(status)
      return String(incident_id)
    })
  const decided = async (fault: string) => {
    const id = await accepted(fault)
    await eventually(async () => {
      const incident = await (await fetch(`${address}/incidents/${id}`)).json()
      expect(incident).toMatchObject({ verdict: { verdict: 'awaiting_review' } })
    })
    return id
  }
  return { cluster, env, worker, origins: [String(address), String(probes)], refused, post, accepted, decided }
}

/** Until it knows of all that its primary had; what that alone had would be lost with it, which is Redis' own. */
const replicated = async ({ client }: ClusterNode) => expect(await client.wait(1, 10_000)).toBe(1)

test('a replica takes over from the node that owned the slot, when told to and when that dies, and what was accepted stands', async () => {
  const { cluster, env, worker, origins, decided } = await open()
  const before = await decided('before')
  for (const origin of origins) expect((await fetch(`${origin}/readyz`)).status).toBe(200)
  const [doctor, mistaken] = await Promise.all([
    runInterlock(['doctor'], env),
    runInterlock(['doctor'], { ...env, REDIS_URL: `redis://127.0.0.1:${cluster.others[0].port}` }),
  ])
  expect(doctor).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok {7}redis persistence:/m) })
  expect(mistaken.stdout).toMatch(/^failed {3}redis cluster: .*\n {9}fix: set REDIS_URL to redis\+cluster:/m)
  for (const { client } of cluster.others) expect(await client.dbsize()).toBe(0)
  for (const key of await cluster.owner.client.keys('*')) expect(key).toMatch(/^\{clustered\}:/)
  await eventually(() => cluster.replica.client.cluster('FAILOVER'))
  const between = await decided('between')
  expect((await cluster.owner.client.role())[0]).toBe('slave')
  // What waited for jobs at the old primary was sent away, and waits at the next.
  const sentAway = worker.lines.filter((line) => JSON.stringify(line).includes('UNBLOCKED'))
  expect(sentAway).toEqual([])
  await eventually(() => replicated(cluster.replica))
  await cluster.replica.kill()
  const after = await decided('after')
  for (const origin of origins) await eventually(async () => expect((await fetch(`${origin}/readyz`)).status).toBe(200))
  const [audit, listed] = await Promise.all([runInterlock(['audit', 'verify'], env), runInterlock(['incidents'], env)])
  expect(audit).toMatchObject({ code: 0, stdout: expect.stringMatching(/^PASS incidents=3 /) })
  expect(listed.stdout).toMatch(new RegExp(`${after}[^]*${between}[^]*${before}`))
})

/** What has no queue's step with it, whose keys may be here while those it comes to are gone: asked of a node itself. */
const WRITES: Record<string, (ledger: IncidentLedger, node: ClusterNode) => Promise<unknown>> = {
  attach: (ledger) => ledger.apply(changeTo({ incident_id: 'HM-1', head: '' }, { fields: { x: '1' } }), null),
  approve: (ledger) => ledger.reviews.approve(changeTo({ incident_id: 'HM-1', head: '' }, {}), [], null, []),
  quarantine: (ledger) => ledger.quarantine.keep({ id: 'x' } as never, new Date().toISOString()),
  'prune quarantine': (ledger) => ledger.quarantine.prune(0),
  prune: (ledger, { client }) => pruneEnded(client, ledger.keys, 0, 10),
  'find lost': (ledger, { client }) => findLost(client, ledger.keys, 0, 10),
  lift: (ledger) => ledger.stops.lift({ scope: 'global', by: 'x', reason: 'x' } as never, new Date().toISOString()),
}

/** Key by key, and it ends only when `until` holds: what happens meanwhile happens with keys here and there. */
const moveSlot = async ({ slot, others }: RedisCluster, from: ClusterNode, until: () => Promise<void>) => {
  const [to] = others
  await to.client.cluster('SETSLOT', slot, 'IMPORTING', from.id)
  await from.client.cluster('SETSLOT', slot, 'MIGRATING', to.id)
  const moveKeys = async (most: number) => {
    const keys = (await from.client.cluster('GETKEYSINSLOT', slot, most)) as string[]
    if (keys.length > 0) await from.client.migrate('127.0.0.1', to.port, '', 0, 10_000, 'KEYS', ...keys)
    return keys.length
  }
  await moveKeys(Math.ceil(Number(await from.client.cluster('COUNTKEYSINSLOT', slot)) / 2))
  await until()
  while ((await moveKeys(1)) > 0);
  for (const { client } of [to, from]) await client.cluster('SETSLOT', slot, 'NODE', to.id)
}

test('a slot that moves to another node under load takes all with it, and what is sent meanwhile is decided once', async () => {
  const { cluster, env, worker, refused, post, accepted } = await open()
  const { owner } = cluster
  let telling = true
  const ids: string[] = []
  const tell = async (who: number) => {
    for (let i = 0; telling; i++) {
      const fault = `moving-${who}-${i}`
      ids.push(await accepted(fault))
      // Attaches, which takes no step of a queue.
      await eventually(async () => {
        const { status } = await post('pagerduty', pagerdutyDelivery({ fault }))
        expect([200, 202]).toContain(status)
      })
    }
  }
  const tellers = [1, 2, 3, 4].map(tell)
  await eventually(() => expect(ids.length).toBeGreaterThan(20))
  const before = refused.count
  await moveSlot(cluster, owner, async () => {
    await eventually(() => expect(refused.count).toBeGreaterThan(before))
    const plain = new IncidentLedger(owner.client, QUEUE_PREFIX)
    for (const [name, write] of Object.entries(WRITES))
      await expect(write(plain, owner), name).rejects.toThrow(/^(TRYAGAIN|ASK|EXECABORT)/)
  })
  const moved = ids.length
  await eventually(() => expect(ids.length).toBeGreaterThan(moved + 20))
  telling = false
  await Promise.all(tellers)

  const redis = connectProducer(inInstallation(cluster.url, QUEUE_PREFIX), 20_000).on('error', () => {})
  onTestFinished(() => redis.disconnect())
  await whenReady(redis)
  expect(redis.options.port).toBe(cluster.others[0].port)
  const ledger = new IncidentLedger(redis, QUEUE_PREFIX)
  await eventually(async () => expect(await ledger.accounting()).toMatchObject({ in_flight: 0 }))
  expect(imbalance(await ledger.accounting())).toBe(0)
  expect(await ledger.count()).toBe(new Set(ids).size)
  for (const id of ids) {
    const read = await ledger.read(id)
    if (!read) throw new Error(`${id} was accepted and is not there`)
    expect(verifyChain(read.trace, read.incident).problem).toBeNull()
    const events = read.trace.map(({ event }) => event).filter((event) => event !== 'source_attached')
    expect(events).toEqual(PASSED_EVENTS)
  }
  // What was refused has waited: no stage took it for a failure of its own.
  expect(worker.lines.filter(({ event }) => event === 'stage_failed')).toEqual([])
  expect((await runInterlock(['doctor'], env)).code).toBe(0)
  expect(await owner.client.keys(`${keyPrefix(QUEUE_PREFIX)}*`)).toEqual([])
})
