/** Whose a request is where proxies connect for its sender: the word of these proxies counts, a stranger's never. */
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { blockListOf } from './block-list-of.ts'

/** Some proxies write the port along: `192.0.2.7:52144`, `[2001:db8::7]:52144`. */
const WITH_PORT = /^(?:\[([^[\]]+)\]|([\d.]+))(?::\d{1,5})?$/

/** The address in an entry of X-Forwarded-For, or null. */
const addressIn = (entry: string): string | null => {
  if (isIP(entry) !== 0) return entry
  const [, six, four] = WITH_PORT.exec(entry) ?? []
  const address = six ?? four ?? ''
  return isIP(address) === 0 ? null : address
}

/** For fastify's `trustProxy`, which goes back from the connection over X-Forwarded-For as long as a hop is one of these. */
export const trustedProxies = (ranges: readonly string[]): ((hop: string) => boolean) => {
  const list = blockListOf(ranges)
  return (hop) => {
    const address = addressIn(hop)
    return address !== null && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
}

/** The hop before the proxies; where they wrote something that is no address, the one that connected. */
export const clientAddress = ({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string =>
  addressIn(ip) ?? socket.remoteAddress ?? ''
