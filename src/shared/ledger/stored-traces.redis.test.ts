/** Reading every trace and chain head back from a ledger, whatever somebody has done to it. */
import { Redis } from 'ioredis'
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { collect } from '../../../tests/support/collect.ts'
import { ACCEPTED_AT, endOf, traceOf } from '../audit/trace.fixture.ts'
import { IncidentLedger } from './incident-ledger.ts'
import { everyChainEnd, everyTrace } from './stored-traces.ts'

const redis = new Redis(inject('redisUrl'))
let run = 0
let ledger: IncidentLedger
beforeEach(() => {
  ledger = new IncidentLedger(redis, `test-stored-traces-${process.pid}-${run++}`)
})
afterAll(async () => {
  for await (const keys of redis.scanStream({ match: `*test-stored-traces-${process.pid}-*` }))
    if (keys.length > 0) await redis.del(...keys)
  redis.disconnect()
})

const trace = traceOf('HM-1', 2)
const { head, records } = endOf(trace)

const store = async (id: string): Promise<void> => {
  await redis.hset(ledger.keys.incident(id), { incident_id: id, head, records: String(records) })
  await redis.rpush(ledger.keys.trace(id), ...trace.map((record) => JSON.stringify(record)))
  await redis.zadd(ledger.keys.index, Date.parse(ACCEPTED_AT), id)
}

const traces = () => collect(everyTrace(redis, ledger))
const ends = () => collect(everyChainEnd(redis, ledger))

it('gives nothing for an empty ledger', async () => {
  expect([await traces(), await ends()]).toEqual([[], []])
})

it('gives every incident once, over many pages and with many accepted in the same millisecond', async () => {
  const ids = Array.from({ length: 1203 }, (_, n) => `HM-${n}`)
  for (const id of ids) await store(id)
  expect((await traces()).map(({ incident_id }) => incident_id).toSorted()).toEqual(ids.toSorted())
  const found = await ends()
  expect(found.map(({ incident_id }) => incident_id).toSorted()).toEqual(ids.toSorted())
  const [first] = found
  expect(first?.end).toEqual({ incident_id: first?.incident_id, accepted_at: ACCEPTED_AT, head, records })
})

describe('gives an incident all the same', () => {
  const gone = { head: null }
  const incident = () => ledger.keys.incident('HM-1')
  it.each<[string, () => Promise<unknown>, object, boolean]>([
    ['as it was written', async () => {}, { head: { head, records }, trace }, true],
    ['without its record', () => redis.del(incident()), { ...gone, trace }, false],
    ['without its trace', () => redis.del(ledger.keys.trace('HM-1')), { head: { head, records }, trace: [] }, true],
    [
      'of which only its entry is left',
      () => redis.del(incident(), ledger.keys.trace('HM-1')),
      { ...gone, trace: [] },
      false,
    ],
    ['whose record is something else', () => redis.set(incident(), 'x'), { ...gone, trace: [] }, false],
    ['whose trace is something else', () => redis.set(ledger.keys.trace('HM-1'), 'x'), { ...gone, trace: [] }, true],
    ['with what is not JSON', () => redis.lset(ledger.keys.trace('HM-1'), 0, 'x'), { trace: ['x', trace[1]] }, true],
    [
      'with a record that says something twice',
      () => redis.lset(ledger.keys.trace('HM-1'), 0, `{"at":"",${JSON.stringify(trace[0]).slice(1)}`),
      { trace: [expect.stringMatching(/^{"at":"",/), trace[1]] },
      true,
    ],
    [
      'whose number of records is none',
      () => redis.hset(incident(), { records: 'x' }),
      { head: { head, records: Number.NaN } },
      false,
    ],
    ['whose head is none', () => redis.hset(incident(), { head: 'x' }), { head: { head: 'x', records } }, false],
    ['accepted at no time', () => redis.zadd(ledger.keys.index, '9e15', 'HM-1'), { trace }, false],
  ])('%s', async (_, damage, expected, hasEnd) => {
    await store('HM-1')
    await store('HM-0')
    await damage()
    const [damaged] = (await traces()).filter(({ incident_id }) => incident_id === 'HM-1')
    expect(damaged).toEqual(expect.objectContaining(expected))
    const found = (await ends()).map(({ incident_id, end }) => [incident_id, end !== null])
    expect(Object.fromEntries(found)).toEqual({ 'HM-1': hasEnd, 'HM-0': true })
  })
})

it('passes over an incident that was removed after it was listed', async () => {
  await store('HM-1')
  const list = ledger.idsAfter.bind(ledger)
  ledger.idsAfter = async (...page) => {
    const listed = await list(...page)
    await redis.del(ledger.keys.incident('HM-1'), ledger.keys.trace('HM-1'), ledger.keys.index)
    return listed
  }
  expect(await traces()).toEqual([])
})
