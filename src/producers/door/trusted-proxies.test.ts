import type { FastifyRequest } from 'fastify'
import { expect, it } from 'vitest'
import { clientAddress, trustedProxies } from './trusted-proxies.ts'

const trusts = trustedProxies(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'])

it.each([
  ['10.1.2.3', true],
  ['::ffff:10.1.2.3', true],
  ['10.1.2.3:443', true],
  ['192.0.2.7', true],
  ['2001:db8::1', true],
  ['[2001:db8::1]:443', true],
  ['[2001:db8::1]', true],
  ['192.0.2.8', false],
  ['11.0.0.1', false],
  ['::1', false],
  ['2001:db9::1', false],
  ['', false],
  ['unknown', false],
  ['10.0.0', false],
  ['10.1.2.3:', false],
  ['10.1.2.3:999999', false],
  ['[10.1.2.3', false],
])('says of %s: %s', (hop, expected) => {
  expect(trusts(hop)).toBe(expected)
})

it.each([
  ['203.0.113.5', '203.0.113.5'],
  ['203.0.113.5:52144', '203.0.113.5'],
  ['[2001:db8::7]:52144', '2001:db8::7'],
  ['2001:db8::7', '2001:db8::7'],
  ['unknown', '10.0.0.1'],
  ['_hidden', '10.0.0.1'],
  ['', '10.0.0.1'],
])('takes a request of %j for one of %s', (ip, expected) => {
  expect(clientAddress({ ip, socket: { remoteAddress: '10.0.0.1' } as FastifyRequest['socket'] })).toBe(expected)
})
