import { describe, expect, it } from 'vitest'
import type { AuditRecord } from '../contracts/audit-record.ts'
import { endOf, traceOf } from './trace.fixture.ts'
import { chainProblems, verifyChain } from './verify-chain.ts'

const trace = traceOf('HM-1', 5)
const expected = endOf(trace)
const at = (place: number): AuditRecord => {
  const record = trace[place]
  if (!record) throw new Error(`there is no record ${place}`)
  return record
}

describe('chainProblems names every place', () => {
  it.each<[string, unknown[], [number | null, string][]]>([
    ['none in a trace as it was written', trace, []],
    [
      'two changed records',
      trace.with(1, { ...at(1), actor: 'me' }).with(3, { ...at(3), actor: 'me' }),
      [
        [1, 'record 1 was changed: its hash does not match'],
        [3, 'record 3 was changed: its hash does not match'],
      ],
    ],
    [
      'a missing record',
      trace.toSpliced(2, 1),
      [
        [2, 'record 2 has seq 3, not 2'],
        [null, 'the trace has 4 records, its head says 5'],
      ],
    ],
    [
      'records that changed places',
      trace.with(1, at(2)).with(2, at(1)),
      [
        [1, 'record 1 has seq 2, not 1'],
        [2, 'record 2 has seq 1, not 3'],
        [3, 'record 3 has seq 3, not 2'],
      ],
    ],
    ['a tail cut off', trace.slice(0, 3), [[null, 'the trace has 3 records, its head says 5']]],
    ['nothing left', [], [[null, 'the trace has 0 records, its head says 5']]],
    [
      'another last record',
      [...trace.slice(0, 4), traceOf('HM-1', 5, 'b')[4]],
      [
        [4, 'record 4 does not follow record 3'],
        [null, 'record 4 is not the one its head names'],
      ],
    ],
    [
      'a record of another incident',
      trace.with(0, { ...at(0), incident_id: 'HM-2' }),
      [[0, 'record 0 belongs to HM-2']],
    ],
    [
      'what is no record',
      ['garbage', ...trace.slice(1)],
      [
        [0, 'record 0 is not in the form of a record'],
        [1, 'record 1 does not follow record 0'],
      ],
    ],
    [
      'what is nested too deep to be read',
      trace.with(4, { ...at(4), decision_diff: JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) }),
      [[4, 'record 4 is not in the form of a record']],
    ],
    [
      'nothing in place of a record',
      trace.with(4, null as never),
      [
        [4, 'record 4 is not in the form of a record'],
        [null, 'record 4 is not the one its head names'],
      ],
    ],
  ])('%s', (_, records, problems) => {
    expect(chainProblems(records as AuditRecord[], expected).map(({ record, problem }) => [record, problem])).toEqual(
      problems,
    )
  })
})

it('verifyChain gives the first of them', () => {
  expect(verifyChain(trace, expected)).toEqual({ intact: true, problem: null })
  expect(verifyChain(trace.toSpliced(2, 1), expected)).toEqual({
    intact: false,
    problem: 'record 2 has seq 3, not 2',
  })
})
