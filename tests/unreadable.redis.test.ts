/** An incident in whose record somebody wrote: it is told of, and hides no other incident, from senders or from people. */
import { randomUUID } from 'node:crypto'
import { expect, inject, it } from 'vitest'
import { openChanging } from './support/changing-pipeline.ts'
import { grafanaDelivery } from './support/faults.ts'
import { SHIPPED } from './support/policies.ts'
import { eventually } from './support/processes.ts'

const open = async () => {
  const changing = await openChanging(inject('redisUrl'), SHIPPED)
  const { redis, ledger, post } = changing
  const about = { fault: randomUUID() }
  const [{ incident_id: id }] = (await post('/webhooks/grafana', grafanaDelivery(about))).body.incidents
  const key = ledger.keys.incident(id)
  const spoil = {
    'what its sources said': () => redis.hset(key, 'sightings', '[no JSON'),
    'all of it': () => redis.multi().del(key).set(key, 'not a hash').exec(),
  }
  return { ...changing, id, about, spoil }
}

it.each(['what its sources said', 'all of it'] as const)('%s: others are taken and listed', async (what) => {
  const { post, get, about, spoil } = await open()
  await spoil[what]()
  const refired = await post('/webhooks/grafana', grafanaDelivery(about, { startsAt: '2026-05-18T11:42:00Z' }))
  expect(refired.body.incidents).toMatchObject([{ outcome: 'accepted' }])
  const { status, body } = await get('/incidents')
  expect({ status, ids: body.incidents.map((one: { incident_id: string }) => one.incident_id) }).toEqual({
    status: 200,
    ids: [refired.body.incidents[0].incident_id],
  })
})

it.each(['what its sources said', 'all of it'] as const)(
  '%s: no other alert of a delivery is kept from being taken, and it is kept for later itself',
  async (what) => {
    const { post, id, about, spoil, ledger } = await open()
    await spoil[what]()
    const both = grafanaDelivery(about) as { alerts: unknown[] }
    const other = grafanaDelivery({ fault: randomUUID() }) as typeof both
    const { status, body } = await post('/webhooks/grafana', { ...both, alerts: [...both.alerts, ...other.alerts] })
    expect({ status, incidents: body.incidents }).toMatchObject({
      status: 202,
      incidents: [
        { incident_id: null, outcome: 'rejected', reason: expect.stringContaining(id) },
        { outcome: 'accepted' },
      ],
    })
    expect(await ledger.quarantine.count()).toBe(1)
  },
)

it('ends the job of one whose trace is none, instead of taking it up for ever', async () => {
  const { work, id, redis, ledger, installation } = await open()
  await redis.multi().del(ledger.keys.trace(id)).set(ledger.keys.trace(id), 'not a list').exec()
  work('normalize')
  await eventually(async () => expect(await redis.zrange(`{${installation}}:normalize:failed`, 0, '-1')).toEqual([id]))
})
