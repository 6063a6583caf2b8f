import { describe, expect, it } from 'vitest'
import type { AuditRecord } from '../contracts/audit-record.ts'
import type { Checkpoint } from '../contracts/checkpoint.ts'
import { type Anchors, addAnchors } from './anchors.ts'
import { ACCEPTED_AT, checkpointAfter, endOf, traceOf } from './trace.fixture.ts'
import { type StoredTrace, verifyTraces } from './verify-traces.ts'

const stored = (trace: readonly AuditRecord[]): StoredTrace => {
  const { incident_id, head, records } = endOf(trace)
  return { incident_id, head: { head, records }, trace }
}

const anchorsOf = (...checkpoints: Checkpoint[]): Anchors => {
  const anchors: Anchors = new Map()
  for (const checkpoint of checkpoints) addAnchors(anchors, checkpoint)
  return anchors
}

async function* each(traces: readonly StoredTrace[]) {
  yield* traces
}

const grown = traceOf('HM-1', 5)
const other = traceOf('HM-2', 3)
/** HM-1 with 2 records, then with 4; HM-2 in the first one only. */
const first = checkpointAfter(null, [endOf(grown.slice(0, 2)), endOf(other)])
const second = checkpointAfter(first, [endOf(grown.slice(0, 4))])
const anchors = anchorsOf(first, second)

const broken = async (traces: readonly StoredTrace[], expiredBefore: string | null = null, against = anchors) =>
  (await verifyTraces(each(traces), against, () => expiredBefore)).broken.map(
    ({ incident_id, record, checkpoint, problem }) => [incident_id, record, checkpoint, problem],
  )

describe('chains held against checkpoints', () => {
  it('may have grown since, and what came after the last checkpoint is counted', async () => {
    expect(await verifyTraces(each([stored(grown), stored(other)]), anchors)).toEqual({
      ...{ incidents: 2, records: 8, unanchored: 1, expired: 0, broken: [] },
    })
  })

  it('name every checkpoint that contradicts them', async () => {
    expect(await broken([stored(traceOf('HM-1', 5, 'b')), stored(other)])).toEqual([
      ['HM-1', 1, 0, `record 1 is not the one that checkpoint 0 of ${first.at} lists`],
      ['HM-1', 3, 1, `record 3 is not the one that checkpoint 1 of ${second.at} lists`],
    ])
  })

  it('may not be shorter than a checkpoint says', async () => {
    expect(await broken([stored(grown.slice(0, 3)), stored(other)])).toEqual([
      ['HM-1', null, 1, `the trace has 3 records, checkpoint 1 of ${second.at} lists 4`],
    ])
  })

  it('may not be gone: the last checkpoint that lists one says so', async () => {
    expect(await broken([])).toEqual([
      ['HM-1', null, 1, `the incident is gone, checkpoint 1 of ${second.at} lists it with 4 records`],
      ['HM-2', null, 0, `the incident is gone, checkpoint 0 of ${first.at} lists it with 3 records`],
    ])
  })

  it('may not be there twice, one true and one forged', async () => {
    expect(await broken([stored(grown), stored(other), stored(grown)])).toEqual([
      ['HM-1', null, null, 'the incident is there twice'],
    ])
  })

  it('are still checked by themselves', async () => {
    const [record] = other
    if (!record) throw new Error('there is no record')
    const changed = { ...stored(other), trace: other.with(0, { ...record, actor: 'me' }) }
    expect(await broken([stored(grown), changed])).toEqual([
      ['HM-2', 0, null, 'record 0 was changed: its hash does not match'],
    ])
    expect(await broken([stored(grown), { ...stored(other), head: null }])).toEqual([
      ['HM-2', null, null, 'the incident is listed but its record is gone'],
    ])
  })
})

describe('with a retention', () => {
  const after = '2026-05-17T12:00:00.001Z'
  const late = traceOf('HM-1', 1, 'b', '2026-06-30T12:00:00.000Z')

  it('what was accepted before it may be gone, and is counted', async () => {
    const { broken, expired } = await verifyTraces(each([]), anchors, () => after)
    expect({ broken, expired }).toEqual({ broken: [], expired: 2 })
  })

  it.each<[string, StoredTrace[], string]>([
    ['accepted at that very time', [stored(other)], ACCEPTED_AT],
    ['that is there and shorter', [stored(grown.slice(0, 1)), stored(other)], after],
    ['that is there and another', [stored(traceOf('HM-1', 5, 'b')), stored(other)], after],
  ])('an incident %s is named all the same', async (_, traces, expiredBefore) => {
    const named = await broken(traces, expiredBefore)
    expect(named.length).toBeGreaterThan(0)
    for (const [incident_id] of named) expect(incident_id).toBe('HM-1')
  })

  it('an id may be used again by an incident that began after the checkpoints that list the old one', async () => {
    const { broken: none, expired } = await verifyTraces(each([stored(late), stored(other)]), anchors, () => after)
    expect({ none, expired }).toEqual({ none: [], expired: 1 })
    expect(await broken([stored(late), stored(other)])).toHaveLength(2)
  })

  it('an incident cannot be made older by a later checkpoint than it was in an earlier one', async () => {
    const old = checkpointAfter(second, [endOf(grown, '2020-01-01T00:00:00.000Z')])
    const against = anchorsOf(first, second, old)
    expect(await broken([stored(other)], '2026-01-01T00:00:00.000Z', against)).toHaveLength(1)
  })
})
