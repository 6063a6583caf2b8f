/** What a later, an earlier or an equal state of one occurrence changes. */
import { describe, expect, test } from 'vitest'
import { MAX_CORRELATION_KEYS, type Sighting } from '../contracts/alert.ts'
import { isOver, isSame, renewed } from './occurrence.ts'
import { at, grafana, page } from './sightings.fixture.ts'

const ended = (minute: number) => ({ status: 'resolved' as const, ends_at: at(minute) })

describe('a page', () => {
  test.each<[string, Sighting, Sighting, Partial<Sighting>]>([
    ['ends', page({ as_of: 1 }), page({ as_of: 9, ...ended(9) }), ended(9)],
    [
      'ended when it was received, where it does not say',
      page(),
      page({ status: 'resolved', received: 7, ends_at: null }),
      ended(7),
    ],
    ['ends, where only the end says when', page(), page({ as_of: 9, ...ended(9) }), ended(9)],
    ['ends, where only the beginning said when', page({ as_of: 9 }), page({ received: 7, ...ended(7) }), ended(7)],
    ['is told of again', page({ as_of: 9, ...ended(9) }), page({ as_of: 1 }), ended(9)],
    ['is reopened', page({ as_of: 9, ...ended(9) }), page({ as_of: 12 }), { status: 'firing', ends_at: null }],
    [
      'keeps its end',
      page({ as_of: 9, ...ended(9) }),
      page({ as_of: 12, severity: 'P2', ...ended(12) }),
      { ...ended(9), severity: 'P2' },
    ],
    ['is raised', page({ as_of: 1, severity: 'P3' }), page({ as_of: 5 }), { severity: 'P1', as_of: at(5) }],
    [
      'loses its priority',
      page({ as_of: 1 }),
      page({ as_of: 5, severity: 'P2', severity_inferred: true }),
      { severity: 'P2', severity_inferred: true },
    ],
    [
      'is known by its first delivery',
      page({ as_of: 1, received: 1 }),
      page({ as_of: 5, received: 5 }),
      { delivery: expect.objectContaining({ received_at: at(1) }) },
    ],
  ])('%s', (_what, known, told, is) => {
    const now = renewed(known, told)
    expect(now).toMatchObject(is)
    expect(renewed(now, told)).toBe(now)
  })

  test.each([
    ['the same', page({ as_of: 1 }), page({ as_of: 1 })],
    ['one that does not say when', page({ as_of: 9 }), page({ severity: 'P3' })],
    ['an earlier one', page({ as_of: 9 }), page({ as_of: 1, severity: 'P3' })],
  ])('stays what it is with %s', (_which, known, told) => {
    expect(renewed(known, told)).toBe(known)
  })

  test('is found by every key it ever had, up to as many as are kept', () => {
    const known = page({ as_of: 9, group: null })
    const grown = renewed(known, page({ as_of: 1 }))
    expect(grown).toEqual({ ...known, correlation_keys: page().correlation_keys })
    const pods = Array.from({ length: MAX_CORRELATION_KEYS }, (_, i) => `api-${i}`)
    const full = renewed(known, page({ pods }))
    expect(full.correlation_keys).toHaveLength(MAX_CORRELATION_KEYS)
    expect(renewed(full, page({ pods: ['another'] }))).toBe(full)
  })
})

test('what was measured while it fired stays when it ends', () => {
  const known = grafana()
  const told = grafana({ severity: 'P4', metric_context: { memory_percent: 61 }, ...ended(30) })
  expect(renewed(known, told)).toEqual({ ...known, ...ended(30) })
})

test('a page merged into another is the same in both directions', () => {
  const merged = page({ into: 'Q2' })
  expect(isSame(merged, page({ id: 'Q2' }))).toBe(true)
  expect(isSame(page({ id: 'Q2' }), merged)).toBe(true)
  expect(isSame(page(), page({ id: 'Q2' }))).toBe(false)
})

test('one source that says so is enough', () => {
  expect(isOver([grafana(), page(ended(9))])).toBe(true)
  expect(isOver([grafana(), page()])).toBe(false)
})
