/** When an incident starts: at once with all it needs, else when its window ends. */
import { expect, test } from 'vitest'
import type { Sighting } from '../contracts/alert.ts'
import { DEFAULT_CORRELATION, runAt } from './run-at.ts'
import { alertmanager, grafana, page } from './sightings.fixture.ts'

const ACCEPTED = 1_000_000
const WINDOW = 45_000

test.each<[string, Sighting[], number, 'at once' | 'when the window ends']>([
  ['a metric source, one required', [grafana()], 1, 'at once'],
  ['a page alone', [page()], 1, 'when the window ends'],
  ['two pages', [page(), page({ id: 'Q2' })], 1, 'when the window ends'],
  ['a page and a metric source', [page(), grafana()], 2, 'at once'],
  ['one of two required', [grafana()], 2, 'when the window ends'],
  ['one source twice is one', [grafana(), grafana({ pod: 'api-2' })], 2, 'when the window ends'],
  ['two of two required', [grafana(), alertmanager()], 2, 'at once'],
  ['two of three required', [grafana(), page()], 3, 'when the window ends'],
])('%s (%#): %s', (_case, sightings, sources_required, start) => {
  const rule = { sources_required, correlation_window: WINDOW }
  expect(runAt(sightings, rule, ACCEPTED)).toBe(start === 'at once' ? ACCEPTED : ACCEPTED + WINDOW)
})

test('without a policy one source starts it, and a page waits a minute', () => {
  expect(runAt([grafana()], DEFAULT_CORRELATION, ACCEPTED)).toBe(ACCEPTED)
  expect(runAt([page()], DEFAULT_CORRELATION, ACCEPTED)).toBe(ACCEPTED + 60_000)
})
