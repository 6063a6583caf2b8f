import { describe, expect, it } from 'vitest'
import { createLog, type Log } from './log.ts'
import { EVERY_LINE, LOG_EVENTS } from './log-events.ts'

const linesOf = (write: (log: Log) => void, level: 'info' | 'error' | 'silent' = 'info'): Record<string, unknown>[] => {
  const lines: string[] = []
  write(createLog('api', level, { write: (line) => lines.push(line) }))
  return lines.map((line) => JSON.parse(line))
}

describe('createLog', () => {
  it('writes one JSON object with the fields every line has', () => {
    const [line] = linesOf((log) => log.event('process_started'))
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      service: 'interlock',
      component: 'api',
      event: 'process_started',
    })
  })

  it('adds the fields of the line, and nothing renames the event', () => {
    const smuggled = { incident_id: 'HM-1', latency_ms: 3, event: 'made_up' }
    const [line] = linesOf((log) => log.event('stage_decided', smuggled))
    expect(line).toMatchObject({ incident_id: 'HM-1', latency_ms: 3, event: 'stage_decided' })
  })

  it('logs of an error type, message and stack, with its causes, and nothing that hangs on it', () => {
    const cause = new Error('connection refused')
    const command = { name: 'eval', args: ['a whole incident'] }
    const [line] = linesOf((log) =>
      log.event('redis_error', { err: Object.assign(new Error('no answer', { cause }), { command }) }),
    )
    expect(line).toMatchObject({ level: 'error', err: { type: 'Error', message: 'no answer: connection refused' } })
    expect(Object.keys(line?.err ?? {})).toEqual(['type', 'message', 'stack'])
    expect(line).not.toHaveProperty('msg')
    expect(JSON.stringify(line)).not.toContain('a whole incident')
  })

  it.each([
    ['its code', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), {}, 'ECONNREFUSED'],
    ['its name where it has none', new TypeError('x'), {}, 'TypeError'],
    [
      'what the caller says before either',
      new TypeError('x'),
      { error_code: 'redis_unavailable' },
      'redis_unavailable',
    ],
    ['nothing for what is no error', 'thrown text', {}, undefined],
  ])('names an error by %s', (_, err, given, expected) => {
    const [line] = linesOf((log) => log.event('redis_error', { err, ...given }))
    expect(line?.error_code).toBe(expected)
  })

  it.each([
    ['info', 2],
    ['error', 1],
    ['silent', 0],
  ] as const)('at LOG_LEVEL=%s writes %i of an info and an error event', (level, count) => {
    const lines = linesOf((log) => {
      log.event('redis_ready')
      log.event('redis_error')
    }, level)
    expect(lines).toHaveLength(count)
  })

  it.each(['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'password', 'token', 'secret', 'x-api-key'])(
    'never writes %s, whoever smuggles it into a line, at three depths',
    (name) => {
      const secret = { [name]: 'hunter2' }
      const smuggled: object[] = [secret, { reason: secret }, { reason: { headers: secret } }]
      const lines = linesOf((log) => {
        for (const fields of smuggled) log.event('webhook_rejected', fields)
      })
      expect(lines).toHaveLength(3)
      expect(JSON.stringify(lines)).not.toContain('hunter2')
      expect(JSON.stringify(lines).match(/\[redacted\]/g)).toHaveLength(3)
    },
  )

  it('does not compile with an event, or with a field, that is not in the list', () => {
    linesOf((log) => {
      // @ts-expect-error made_up is not in LOG_EVENTS
      expect(() => log.event('made_up')).toThrow()
      // @ts-expect-error made_up is not a field of redis_error
      log.event('redis_error', { made_up: 1 })
    })
  })
})

it.each(Object.entries(LOG_EVENTS))('%s is snake_case, has a meaning and fields of its own', (name, event) => {
  const fields: readonly string[] = event.fields
  expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/)
  expect(event.meaning).toMatch(/^[A-Z].*\.$/)
  expect(fields).toEqual([...new Set(fields)])
  expect(fields.filter((field) => EVERY_LINE.some((given) => given === field))).toEqual([])
  // Whoever logs an error can be found by its code.
  if (fields.includes('err')) expect(fields).toContain('error_code')
})
