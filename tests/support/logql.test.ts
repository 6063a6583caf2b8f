import { describe, expect, it } from 'vitest'
import { type Entry, evaluate } from './logql.ts'

const NOW = 10 * 3_600_000
const entry = (line: object, minutesAgo = 1, component = 'api'): Entry => ({
  text: JSON.stringify(line),
  at: NOW - minutesAgo * 60_000,
  labels: { service: 'interlock', component },
})

const A = entry({ event: 'a', ms: 5, service: 'own', err: { message: 'no "answer"' }, codes: ['x'], nothing: null })
const B = entry({ event: 'b', ms: 50 }, 10)
const C = entry({ event: 'a' }, 90, 'worker')
const LINES = [A, B, C]

const found = (query: string) => {
  const result = evaluate(query, LINES, NOW)
  return 'series' in result
    ? result.series
    : result.entries.map(({ text }) => LINES.findIndex((one) => one.text === text))
}

describe('evaluate', () => {
  it.each<[string, number[]]>([
    ['{service="interlock"}', [0, 1, 2]],
    ['{service="interlock", component!="api"}', [2]],
    ['{component=~"ap."}', [0, 1]],
    ['{component=~"ap"}', []],
    ['{component!~"ap."}', [2]],
    ['{service="interlock"} |= "no \\\\\\"answer"', [0]],
    ['{service="interlock"} |= `"ms":5`', [0, 1]],
    ['{service="interlock"} != "50"', [0, 2]],
    ['{service="interlock"} |~ "ms.:50?}"', [1]],
    ['{service="interlock"} !~ "ms"', [2]],
    ['{service="interlock"} | event="a"', []],
    ['{service="interlock"} | json | event="a"', [0, 2]],
    ['{service="interlock"} | json | event="a" | component="api"', [0]],
    ['{service="interlock"} | json | err_message="no \\"answer\\""', [0]],
    ['{service="interlock"} | json | service_extracted="own"', [0]],
    ['{service="interlock"} | json | codes=~".+"', []],
    ['{service="interlock"} | json | nothing=~".+"', []],
    ['{service="interlock"} | json | ms > 5', [1]],
    ['{service="interlock"} | json | ms >= 5', [0, 1]],
    ['{service="interlock"} | json | ms < 50', [0]],
    ['{service="interlock"} | json | ms <= 50', [0, 1]],
    ['{service="interlock"} | json | ms!=""', [0, 1]],
  ])('%s', (query, lines) => expect(found(query)).toEqual(lines))

  it('counts over a time, by labels', () => {
    expect(found('sum by (event, component) (count_over_time({service="interlock"} | json [2h]))')).toEqual([
      { labels: { event: 'a', component: 'api' }, value: 1 },
      { labels: { event: 'b', component: 'api' }, value: 1 },
      { labels: { event: 'a', component: 'worker' }, value: 1 },
    ])
    expect(
      found('sum by (ms, event, component) (count_over_time({service="interlock"} | json | ms > 5 [2h]))'),
    ).toEqual([{ labels: { ms: '50', event: 'b', component: 'api' }, value: 1 }])
    expect(found('sum by (component) (count_over_time({service="interlock"} [30m]))')).toEqual([
      { labels: { component: 'api' }, value: 2 },
    ])
  })

  it.each([
    ['{service="interlock"', 'is not LogQL at character 21'],
    ['{service="interlock"} | json | event=a', 'is not LogQL at character 38'],
    ['{service="interlock"} | json event="a"', 'is not evaluated here'],
    ['{service="interlock"} | logfmt', 'is not evaluated here'],
    ['{service="interlock"} | json code="codes[0]"', 'is not evaluated here'],
    ['{service="interlock"} | json | event="a" or event="b"', 'is not evaluated here'],
    ['{service="interlock"} |= "a" or "b"', 'is not evaluated here'],
    ['{service="interlock"} | json | ms > 5s', 'is not evaluated here'],
    ['{service="interlock"} | line_format "{{.event}}"', 'is not evaluated here'],
    ['count_over_time({service="interlock"}[5m])', 'is not evaluated here'],
    ['sum by (event) (rate({service="interlock"} | json [5m]))', 'is not evaluated here'],
    ['sum without (event) (count_over_time({service="interlock"} | json [5m]))', 'is not evaluated here'],
    ['max by (event) (count_over_time({service="interlock"} | json [5m]))', 'is not evaluated here'],
    ['sum by (event) (count_over_time({service="interlock"} | json [5m] offset 1h))', 'is not evaluated here'],
  ])('refuses %s', (query, message) => expect(() => found(query)).toThrow(message))
})
