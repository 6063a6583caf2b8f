/** The quarantine as senders and people meet it: kept redacted, listed, shown, taken again; a real Redis and a real CLI. */
import { randomUUID } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { verifyChain } from '../src/shared/audit/verify-chain.ts'
import { imbalance } from '../src/shared/ledger/accounting.ts'
import { loadPolicyFolder } from '../src/shared/policy/policy-folder.ts'
import { type Api, openApi } from './support/api.ts'
import { grafanaDelivery } from './support/faults.ts'
import { fixtureBody, fixturePath } from './support/fixture.ts'
import { interlock } from './support/interlock.ts'
import { eventually, killAll, startProcess } from './support/processes.ts'
import { openRedisProxy } from './support/redis-proxy.ts'

const redisUrl = inject('redisUrl')
const installation = `quarantine-${randomUUID()}`
let policyDir: string
let api: Api

const RIGHT = 'service: /target/service'
/** The mapping of the fixtures, or with the one pointer that somebody got wrong. */
const writeMapping = async (service: string) =>
  writeFile(
    join(policyDir, 'sources', 'beacon.yaml'),
    (await readFile(fixturePath('mappings/beacon.yaml'), 'utf8')).replace(RIGHT, service),
  )

const environment = () => ({ REDIS_URL: redisUrl, QUEUE_PREFIX: installation, POLICY_DIR: policyDir })
const cli = (...args: string[]) => interlock(['quarantine', ...args], environment())
const json = async (...args: string[]) => {
  const { code, out } = await cli(...args, '--json')
  return { code, ...JSON.parse(out) }
}
const newest = async () => {
  const {
    entries: [entry],
  } = await api.ledger.quarantine.list(1)
  if (!entry) throw new Error('nothing is in quarantine')
  return entry
}
const ORDER = ['--by', 'anna', '--reason', 'corrected the mapping']

beforeAll(async () => {
  policyDir = await mkdtemp(join(tmpdir(), 'interlock-quarantine-'))
  await cp('fixtures/policies', policyDir, { recursive: true })
  await mkdir(join(policyDir, 'sources'), { recursive: true })
  await writeMapping('service: /target/application')
  api = await openApi(redisUrl, installation, await loadPolicyFolder(policyDir))
})
afterAll(async () => {
  killAll()
  await api.close()
  await rm(policyDir, { recursive: true })
})

const { events } = fixtureBody('mappings/beacon.raised.json') as { events: object[] }
const raised = { events: [{ ...events[0], by: 'Maria Ivanova, +44 7700 900123', host: '10.20.30.40' }] }

describe('a delivery that a wrong mapping does not understand', () => {
  test('is refused, counted in nothing but the quarantine, and kept without what is private', async () => {
    expect(await cli('list')).toEqual({ code: 0, out: 'nothing is in quarantine\n', err: '' })
    const refused = await api.post('/webhooks/custom:beacon', raised)
    expect(refused).toMatchObject({ status: 422, body: { code: 'nothing_understood' } })
    expect(await api.ledger.accounting()).toEqual({})
    const entry = await newest()
    expect(entry).toMatchObject({ source: 'custom:beacon', kept: 'redacted', times: 1, replayed: [] })
    expect(JSON.stringify(entry)).not.toMatch(/Ivanova|7700|demo-token|example\.com|10\.20/)
    expect(entry.body).toMatchObject({ events: [{ uid: 'b-7781', target: { service: 'appointments-api' } }] })
    expect((await api.get('/metrics')).body).toContain('interlock_quarantined_total{source="custom"} 1')
  })

  test('is one entry, however often it comes', async () => {
    await api.post('/webhooks/custom:beacon', raised)
    const { id, times, received_at, last_received_at } = await newest()
    expect({ times, count: await api.ledger.quarantine.count() }).toEqual({ times: 2, count: 1 })
    expect(received_at < last_received_at).toBe(true)
    const { out } = await cli('list')
    expect(out.split('\n')[1]).toMatch(
      new RegExp(`^${id}  custom:beacon  ${last_received_at}  2      \\d+    -         `),
    )
    expect(await json('list', '--source', 'custom:beacon')).toMatchObject({
      code: 0,
      kept: 1,
      entries: [{ id, times: 2 }],
    })
    expect(await json('list', '--source', 'grafana')).toMatchObject({ code: 0, kept: 1, entries: [] })
    expect(await json('list', '--source', 'uptime-kuma')).toMatchObject({ code: 0, kept: 1, entries: [] })
    expect(await json('list', '--source', 'nobody')).toMatchObject({ code: 2, error: { code: 'option_invalid' } })
  })

  test('is shown with the reason and what of it is kept', async () => {
    const { id, body_sha256, reasons } = await newest()
    const { code, out } = await cli('show', id)
    expect(code).toBe(0)
    for (const text of [id, body_sha256, ...reasons, '"uid": "b-7781"', '"by": "[redacted]"'])
      expect(out).toContain(text)
    expect(await json('show', id)).toMatchObject({ code: 0, ...(await newest()) })
  })

  test('taken again under the same mapping it is not understood either', async () => {
    const { id } = await newest()
    expect(await cli('replay', id, ...ORDER)).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^BLOCK entry=Q-\w+ source=custom:beacon .*rejected=1\n {2}- rejected: .*fields\.service.*\n"interlock quarantine show Q-\w+" .*correct sources\/beacon\.yaml/,
      ),
    })
    expect((await newest()).replayed).toEqual([])
  })

  test('once the mapping is corrected it is an incident like any other, and the trace says by whom', async () => {
    await writeMapping(RIGHT)
    const { id } = await newest()
    const replayed = await json('replay', id, ...ORDER)
    expect(replayed).toMatchObject({ code: 0, outcome: 'pass', id, incidents: [{ outcome: 'accepted' }] })
    const read = await api.ledger.read(replayed.incidents[0].incident_id)
    expect(read?.incident.sightings[0]).toMatchObject({
      ...{ service: 'appointments-api', namespace: 'prod', incident_class: 'high_memory_usage', severity: 'P1' },
      ...{ starts_at: '2026-05-17T11:42:00.000Z', delivery: { body_sha256: (await newest()).body_sha256 } },
    })
    expect(read?.trace).toMatchObject([
      {
        ...{ event: 'webhook_received', actor: 'operator:anna' },
        decision_diff: { quarantine: [null, id], reason: [null, 'corrected the mapping'] },
      },
    ])
    expect(read && verifyChain(read.trace, read.incident).problem).toBeNull()
    expect((await newest()).replayed).toMatchObject([{ by: 'anna', outcomes: { accepted: 1 } }])
    expect((await cli('list')).out).toContain((await newest()).replayed[0]?.at)
    expect((await cli('show', id)).out).toContain('by="anna" reason="corrected the mapping" accepted=1')
  })

  test('taken again a second time it is a duplicate, and the books are even', async () => {
    const { id } = await newest()
    expect(await json('replay', id, ...ORDER)).toMatchObject({ code: 0, incidents: [{ outcome: 'duplicate' }] })
    const { out } = await cli('show', id)
    expect(out).toMatch(/^replayed at=.* accepted=1\nreplayed at=.* duplicate=1$/m)
    const { received, ...places } = await api.ledger.accounting()
    expect(received).toBe(2)
    expect(imbalance({ received, ...places } as Record<string, number>)).toBe(0)
  })

  test('and it reaches its verdict', async () => {
    const worker = startProcess(['worker'], { ...environment(), WORKER_PORT: '0' })
    await worker.started()
    const [{ incident_id }] = (await json('replay', (await newest()).id, ...ORDER)).incidents
    await eventually(async () => expect((await api.ledger.read(incident_id))?.incident.verdict).not.toBeNull())
    await worker.stop('SIGTERM')
  })
})

test('of a batch what is good is accepted, what is bad is kept, and taken again nothing is doubled', async () => {
  const good = grafanaDelivery({ fault: randomUUID() }) as { alerts: object[] }
  const batch = { ...good, alerts: [...good.alerts, { ...good.alerts[0], status: 'exploded' }] }
  const { status, body } = await api.post('/webhooks/grafana', batch)
  expect({ status, body }).toMatchObject({
    status: 202,
    body: { incidents: [{ outcome: 'accepted' }, { outcome: 'rejected' }] },
  })
  const { id, reasons } = await newest()
  expect(reasons).toEqual([expect.stringMatching(/^alerts\[1\]\.status is "exploded"/)])
  expect(await json('replay', id, ...ORDER)).toMatchObject({
    code: 1,
    outcome: 'block',
    incidents: [{ outcome: 'duplicate', incident_id: body.incidents[0].incident_id }, { outcome: 'rejected' }],
  })
})

test('a sender that must not be refused is answered 202, and what it sent is kept all the same', async () => {
  const { status } = await api.post('/webhooks/pagerduty', {
    messages: [{ event: 'incident.trigger', incident: { note: 'x' } }],
  })
  expect(status).toBe(202)
  expect(await newest()).toMatchObject({ source: 'pagerduty' })
})

describe('what cannot be read', () => {
  test.each([
    ['no JSON', '/webhooks/grafana', '{"password": "hunter2', 'application/json', 400, 'unreadable'],
    ['no form', '/webhooks/uptime_kuma', 'hunter2', 'multipart/form-data', 400, 'unreadable'],
    [
      'too much',
      '/webhooks/grafana',
      JSON.stringify({ alerts: Array(10_000).fill('word') }),
      'application/json',
      422,
      'too_large',
    ],
    [
      'far too much',
      '/webhooks/grafana',
      JSON.stringify({ alerts: Array(45_000).fill('word') }),
      'application/json',
      422,
      'too_large',
    ],
  ])('%s leaves digest, size and reason', async (_what, url, text, type, status, kept) => {
    expect((await api.post(url, text, { 'content-type': type })).status).toBe(status)
    const entry = await newest()
    expect(entry).toMatchObject({ kept, body: null, size_bytes: Buffer.byteLength(text) })
    expect(JSON.stringify(entry)).not.toContain('hunter2')
    expect(await json('replay', entry.id, ...ORDER)).toMatchObject({ code: 1, reasons: [{ code: 'not_replayable' }] })
  })

  test.each([
    ['an empty body', '/webhooks/grafana', '', { 'content-type': 'application/json' }, 400],
    ['a ping', '/webhooks/pagerduty', fixtureBody('webhooks/pagerduty/pagey.ping.json'), undefined, 200],
    ['an unknown source', '/webhooks/nobody', {}, undefined, 404],
    ['what nobody sends it as', '/webhooks/grafana', 'x', { 'content-type': 'text/plain' }, 415],
  ])('%s is not kept', async (_what, url, body, headers, status) => {
    const before = await api.ledger.quarantine.count()
    expect((await api.post(url, body, headers)).status).toBe(status)
    expect(await api.ledger.quarantine.count()).toBe(before)
  })
})

test('what it says on the command line when it cannot', async () => {
  const some = 'Q-0123456789abcdef'
  for (const [args, code] of [
    [['show', 'HM-1'], 'quarantine_id_invalid'],
    [['show', some], 'quarantine_unknown'],
    [['replay', some, ...ORDER], 'quarantine_unknown'],
    [['replay', some, '--by', ' ', '--reason', 'x'], 'option_invalid'],
    [['replay', some, '--by', 'anna'], 'missing_mandatory_option_value'],
    [['list', '--limit', '0'], 'option_invalid'],
  ] as const)
    expect(await json(...args), args.join(' ')).toMatchObject({ code: 2, outcome: 'error', error: { code } })
  await rm(join(policyDir, 'sources', 'beacon.yaml'))
  const entry = (await api.ledger.quarantine.list(100)).entries.find(({ source }) => source === 'custom:beacon')
  expect(await cli('replay', entry?.id ?? '', ...ORDER)).toMatchObject({
    code: 1,
    err: expect.stringContaining("there is no source 'custom:beacon'"),
  })
})

test('an entry that somebody wrote in hides no other', async () => {
  const rejectedOne = async () => {
    await api.post('/webhooks/grafana', { nothing: randomUUID() })
    return (await newest()).id
  }
  const [half, whole] = [await rejectedOne(), await rejectedOne()]
  await api.redis.hset(api.ledger.keys.quarantined(half), 'entry', '{"id":"Q-')
  const listed = await json('list')
  expect(listed).toMatchObject({ code: 0, unreadable: [half] })
  expect(listed.entries.map(({ id }: { id: string }) => id)).toContain(whole)
  expect((await cli('list')).err).toContain(`cannot be read: ${half}`)
  for (const args of [
    ['show', half],
    ['replay', half, ...ORDER],
  ])
    expect(await json(...args)).toMatchObject({ code: 2, error: { code: 'quarantine_unreadable' } })
  await api.redis.del(api.ledger.keys.quarantined(half))
})

test('what cannot be kept is not answered as if it were: 503, and the sender comes again', async () => {
  const proxy = await openRedisProxy(redisUrl)
  const away = await openApi(proxy.url, installation)
  const rejected = { nothing: randomUUID() }
  await proxy.cut()
  for (const body of [rejected, '{"no JSON'])
    expect(await away.post('/webhooks/grafana', body)).toMatchObject({
      status: 503,
      body: { code: 'redis_unavailable' },
    })
  expect((await away.get('/metrics')).body).toContain('interlock_quarantined_total{source="grafana"} 0')
  await proxy.mend()
  await eventually(async () => expect((await away.post('/webhooks/grafana', rejected)).status).toBe(422))
  await away.close()
  await proxy.cut()
})

describe('bounds', () => {
  const entryOf = (number: number) => ({
    ...{
      id: `Q-${String(number).padStart(16, '0')}`,
      source: 'grafana',
      request_id: 'r',
      reasons: ['x'],
      size_bytes: 1,
    },
    ...{ body_sha256: '0'.repeat(64), kept: 'redacted' as const, body: {}, headers: {} },
  })
  const at = new Date().toISOString()
  let full: Api
  beforeAll(async () => {
    full = await openApi(redisUrl, `full-${randomUUID()}`)
  })
  afterAll(() => full.close())
  const ids = async () => (await full.ledger.quarantine.list(10)).entries.map(({ id }) => Number(id.slice(2))).sort()
  const keys = async () => (await full.redis.keys(`${full.ledger.keys.prefix}quarantine:*`)).length

  /** They are in the order of Redis' own clock. */
  const nextMillisecond = async () => {
    const now = async () => (await full.redis.time()).map(Number).reduce((s, us) => s * 1000 + Math.floor(us / 1000))
    const before = await now()
    await eventually(async () => expect(await now()).toBeGreaterThan(before))
  }

  test('where it is full, what came longest ago goes, and is counted', async () => {
    const { quarantine } = full.ledger
    const dropped: number[] = []
    for (const number of [1, 2, 3, 1, 4]) {
      dropped.push(await quarantine.keep(entryOf(number), at, 3))
      await nextMillisecond()
    }
    expect(dropped).toEqual([0, 0, 0, 0, 1])
    expect({ ids: await ids(), keys: await keys() }).toEqual({ ids: [1, 3, 4], keys: 3 })
  })

  test('a repeat of what has gone is kept anew, and a replay of it leaves nothing behind', async () => {
    const order = { by: 'anna', reason: 'x', at, outcomes: {} }
    expect(await full.ledger.quarantine.markReplayed(entryOf(2).id, order)).toBe(false)
    expect(await keys()).toBe(3)
  })

  test('what is old goes, as upkeep has it done', async () => {
    const { quarantine, keys: names } = full.ledger
    expect(await quarantine.prune(60_000)).toBe(0)
    await full.redis.zincrby(names.quarantine, -120_000, entryOf(3).id)
    expect(await quarantine.prune(60_000)).toBe(1)
    expect({ ids: await ids(), keys: await keys() }).toEqual({ ids: [1, 4], keys: 2 })
  })
})
