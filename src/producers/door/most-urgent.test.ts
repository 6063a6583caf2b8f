/** Of a delivery with too many alerts the most urgent are taken up, wherever in it they stand. */
import { expect, test } from 'vitest'
import type { Severity } from '../../shared/contracts/severity.ts'
import { grafana } from '../../shared/sources/grafana.ts'
import type { Reading } from '../../shared/sources/source.ts'
import { MAX_ALERTS, mostUrgent } from './most-urgent.ts'

const alerts = (...severities: string[]): Reading[] =>
  grafana.read(
    {
      version: '1',
      groupKey: '{}:{}',
      status: 'firing',
      alerts: severities.map((priority, n) => ({
        status: 'firing',
        labels: { alertname: 'high_memory_usage', service: 'api', namespace: 'prod', pod: `api-${n}`, priority },
        annotations: {},
        startsAt: '2026-05-17T11:42:00Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: '',
        fingerprint: n.toString(16).padStart(16, '0'),
        values: null,
      })),
    },
    '2026-05-17T11:42:30.000Z',
  )
const taken = (readings: Reading[]): Severity[] =>
  readings.flatMap((reading) => (reading.reading === 'alert' ? [reading.alert.severity] : []))
const many = (severity: string) => Array.from({ length: MAX_ALERTS }, () => severity)

test('as many as are taken up are left as they are', () => {
  const readings = alerts(...many('P4'))
  expect(taken(readings)).toHaveLength(MAX_ALERTS)
  expect(mostUrgent(readings)).toBe(readings)
})

test('beyond them the less urgent are rejected, and nothing changes its place', () => {
  const readings = alerts('P4', ...many('P3'), 'P1', 'P4')
  const left = mostUrgent(readings)
  expect(taken(left)).toEqual([...many('P3').slice(1), 'P1'])
  expect(left).toHaveLength(readings.length)
  expect([0, MAX_ALERTS, MAX_ALERTS + 2].map((at) => left[at])).toEqual(
    Array(3).fill({ reading: 'rejected', reason: expect.stringContaining('1003 alerts and the 1000 most urgent') }),
  )
  expect(left[1]).toBe(readings[1])
})
