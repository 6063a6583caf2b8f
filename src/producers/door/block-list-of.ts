/** Ranges of addresses as Node looks through them; an IPv4 address is the same in the form that IPv6 has for it. */
import { BlockList } from 'node:net'

/** Each as `AddressRange` takes it. */
export const blockListOf = (ranges: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = address.includes(':') ? 'ipv6' : 'ipv4'
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family)
  }
  return list
}
