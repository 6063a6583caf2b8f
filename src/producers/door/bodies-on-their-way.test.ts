/** Who is hung up on, where bodies that are on their way take more than there is. */
import type { FastifyRequest } from 'fastify'
import { expect, it } from 'vitest'
import { tooMuch } from './bodies-on-their-way.ts'

/** Each by its sender and how much of it has come, over a connection that had brought 100 before. */
const gone = (most: number, ...bodies: [ip: string, bytes: number][]) => {
  const begun = bodies.map(([ip, bytes]): [FastifyRequest, number] => [
    { ip, socket: { bytesRead: 100 + bytes } } as FastifyRequest,
    100,
  ])
  return tooMuch(new Map(begun), most).map(({ ip, socket }) => [ip, socket.bytesRead - 100])
}

it('nobody, while there is room', () => {
  expect(gone(30)).toEqual([])
  expect(gone(30, ['192.0.2.1', 20], ['192.0.2.2', 10])).toEqual([])
})

it('nobody, where it is not known how much has come', () => {
  expect(gone(30, ['192.0.2.1', Number.NaN])).toEqual([])
})

it('whoever has the most of it, the largest first, and no more than has to go', () => {
  const crowd: [string, number][] = [9, 11, 10].map((bytes) => ['192.0.2.1', bytes])
  expect(gone(30, ['192.0.2.2', 12], ...crowd)).toEqual([
    ['192.0.2.1', 11],
    ['192.0.2.1', 10],
  ])
  expect(gone(35, ['192.0.2.2', 12], ...crowd)).toEqual([['192.0.2.1', 11]])
})

it('of IPv6 a network is one sender', () => {
  const spread: [string, number][] = [
    ['2001:db8::1', 8],
    ['2001:db8::2', 8],
  ]
  expect(gone(20, ['192.0.2.2', 12], ...spread)).toEqual([['2001:db8::1', 8]])
})
