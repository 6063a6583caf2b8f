import { describe, expect, it } from 'vitest'
import { expressionProblem, queryFor, tellsItsAge } from './promql.ts'

const target = { service: 'api', namespace: 'prod', pod: 'api-1' }
const filled = (prometheus: string, changes: Partial<typeof target> = {}) =>
  queryFor({ prometheus, max_age: 1 }, { ...target, ...changes })

describe('an expression', () => {
  it.each([
    ['up'],
    ['up{service="$service", namespace="$namespace"}'],
    ['sum(up{pod=~"$service-.*$"}) # of $service'],
    ["up{path='^/x$'} + up{path=`$`}"],
  ])('%s can be filled in', (expression) => {
    expect(expressionProblem(expression)).toBeNull()
  })

  it.each([
    ['up{service=$service}', 'a $ may stand in a string only'],
    ['$service', 'a $ may stand in a string only'],
    ["up{service='$service'}", 'must have double quotes'],
    ['up{service=`$service`}', 'must have double quotes'],
    ['up{service="$servce"}', '$servce is not known: use $service, $namespace, $pod'],
    ['up{service="$incident_id"}', '$incident_id is not known'],
  ])('%s cannot', (expression, problem) => {
    expect(expressionProblem(expression)).toContain(problem)
  })

  it.each([
    ['up', true],
    ['node:up:sum', true],
    ['up{service="$service",x=~"a{2}|b"}', true],
    ["up{a='}', b=`}`}", true],
    ['sum(up)', false],
    ['up + up', false],
    ['up > 1', false],
    ['up[5m]', false],
    ['rate(up[5m])', false],
    ['{__name__="up"}', false],
    ['up{a="b"} or vector(1)', false],
  ])('%s tells its age: %s', (expression, expected) => {
    expect(tellsItsAge(expression)).toBe(expected)
  })
})

describe('what an incident names', () => {
  it('is put in, wherever it is named, and the age is asked of the same series', () => {
    expect(filled('up{service="$service",pod="$pod"}')).toEqual({
      query: { value: 'up{service="api",pod="api-1"}', as_of: 'timestamp(up{service="api",pod="api-1"})' },
      problem: null,
    })
  })

  it('is put into the question for the age', () => {
    const ask = { prometheus: 'sum(up)', as_of: 'min(timestamp(up{service="$service"}))', max_age: 1 }
    expect(queryFor(ask, target).query?.as_of).toBe('min(timestamp(up{service="api"}))')
  })

  it.each([
    ['a quote', 'a"} or vector(1) #', 'up{service="a\\"} or vector(1) #"}'],
    ['a backslash', 'a\\', 'up{service="a\\\\"}'],
    ['a line', 'a\nb', 'up{service="a\\nb"}'],
    ['a placeholder', '$pod', 'up{service="$pod"}'],
    ['what a replacement would expand', '$&$1', 'up{service="$&$1"}'],
  ])('can never end its string: %s', (_, service, expected) => {
    expect(filled('up{service="$service"}', { service }).query?.value).toBe(expected)
  })

  it('is no pattern in a pattern', () => {
    expect(filled('up{pod=~"$service-.*"}', { service: 'a.*|b"' }).query?.value).toBe(
      'up{pod=~"a\\\\.\\\\*\\\\|b\\"-.*"}',
    )
    expect(filled('up{pod !~ "$pod"}', { pod: '(x)' }).query?.value).toBe('up{pod !~ "\\\\(x\\\\)"}')
  })

  it('is not asked about while it is not known', () => {
    expect(filled('up{pod="$pod"}', { pod: '' })).toEqual({ query: null, problem: 'pod of the incident is not known' })
    expect(filled('up{service="$service"}', { pod: '' }).problem).toBeNull()
  })
})
