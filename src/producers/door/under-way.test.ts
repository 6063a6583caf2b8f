/** How the room for deliveries under way is shared: by whom it is filled, and who still gets in. */
import { expect, test } from 'vitest'
import { LEAST_SHARE, MOST, ROOM, shareOf, UnderWay } from './under-way.ts'

test.each([
  ['as long as there is room', ROOM - 1, 1, MOST],
  ['alone in a full room', ROOM, 1, ROOM],
  ['one of three', ROOM, 3, ROOM / 3],
  ['one of very many', ROOM, ROOM, LEAST_SHARE],
  ['almost at the end of all', MOST - 1, ROOM, LEAST_SHARE],
  ['at the end of all', MOST, ROOM, 0],
])('%s', (_what, all, senders, share) => {
  expect(shareOf(all, senders)).toBe(share)
})

const fill = (room: UnderWay, ip: string, count: number) => {
  for (let n = 0; n < count; n++) room.begin(ip)
}

test('who fills the room is kept out until its own are answered, and the others get in', () => {
  const room = new UnderWay()
  fill(room, '192.0.2.1', ROOM)
  fill(room, '192.0.2.2', 1)
  expect(room.hasItsShare('192.0.2.1')).toBe(true)
  expect(room.hasItsShare('192.0.2.2')).toBe(false)
  expect(room.hasItsShare('192.0.2.3')).toBe(false)
  room.end('192.0.2.2')
  expect(room.hasItsShare('192.0.2.1')).toBe(true)
  room.end('192.0.2.1')
  expect(room.hasItsShare('192.0.2.1')).toBe(false)
})

test('an IPv6 network is one sender', () => {
  const room = new UnderWay()
  fill(room, '2001:db8::1', ROOM)
  expect(room.hasItsShare('2001:db8::2')).toBe(true)
  expect(room.hasItsShare('2001:db8:0:1::2')).toBe(false)
})
