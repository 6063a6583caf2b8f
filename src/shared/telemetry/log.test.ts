import { describe, expect, it } from 'vitest'
import { createLog, type Log } from './log.ts'
import { LOG_EVENTS } from './log-events.ts'

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

  it('adds fields of the line and of a child, and nothing renames the event', () => {
    const [line] = linesOf((log) =>
      log.child({ incident_id: 'HM-1' }).event('stage_decided', { latency_ms: 3, event: 'made_up' }),
    )
    expect(line).toMatchObject({ incident_id: 'HM-1', latency_ms: 3, event: 'stage_decided' })
  })

  it('logs an error with its message', () => {
    const [line] = linesOf((log) => log.event('redis_error', { err: new Error('connection refused') }))
    expect(line).toMatchObject({ level: 'error', err: { type: 'Error', message: 'connection refused' } })
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
    'never writes %s, at any depth a caller uses, from a line or a child',
    (name) => {
      const secret = { [name]: 'hunter2' }
      const lines = linesOf((log) => {
        log.event('webhook_rejected', secret)
        log.event('webhook_rejected', { headers: secret })
        log.event('webhook_rejected', { request: { headers: secret } })
        log.child(secret).event('webhook_rejected')
      })
      expect(lines).toHaveLength(4)
      expect(JSON.stringify(lines)).not.toContain('hunter2')
      expect(JSON.stringify(lines).match(/\[redacted\]/g)).toHaveLength(4)
    },
  )

  it('does not compile with an event that is not in the list', () => {
    linesOf((log) => {
      // @ts-expect-error made_up is not in LOG_EVENTS
      expect(() => log.event('made_up')).toThrow()
    })
  })
})

it.each(Object.entries(LOG_EVENTS))('%s is snake_case and has a meaning', (name, { meaning }) => {
  expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/)
  expect(meaning).toMatch(/^[A-Z].*\.$/)
})
