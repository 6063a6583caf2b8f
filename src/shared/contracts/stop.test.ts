import { describe, expect, it } from 'vitest'
import { StopOrder } from './stop.ts'

const order = { scope: 'global', by: 'anna', reason: 'restarts make it worse' }

describe('an order to stop or resume', () => {
  it.each(['global', 'service:appointments-api', 'service:a b', 'class:high_memory_usage', 'action:restart_pod'])(
    'may name %s',
    (scope) => {
      expect(StopOrder.parse({ ...order, scope })).toEqual({ ...order, scope })
    },
  )

  it.each([
    ...['', 'Global', 'globally', 'global:x', 'service', 'service:', 'service: a', 'service:a ', 'service:a\nclass:b'],
    ...['namespace:prod', 'class:ä', `service:${'a'.repeat(300)}`],
  ])('may not name %j', (scope) => {
    const { error } = StopOrder.safeParse({ ...order, scope })
    expect(error?.issues[0]?.message).toMatch(
      /^a scope (is global, service:<name>, class:<name> or action:|has at most)/,
    )
  })

  it.each([
    [{ by: '  ' }, /say who orders it/],
    [{ by: undefined }, /say who orders it/],
    [{ reason: '' }, /say why/],
    [{ reason: 'a\u001b[2Jb' }, /control characters/],
    [{ by: 'a\u202eb' }, /control characters/],
    [{ reason: 'a'.repeat(1001) }, /at most 1000/],
    [{ until: 'tomorrow' }, /until/],
  ])('is refused with %j', (patch, message) => {
    expect(StopOrder.safeParse({ ...order, ...patch }).error?.issues[0]?.message).toMatch(message)
  })
})
