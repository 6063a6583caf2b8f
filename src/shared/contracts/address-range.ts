/** Where something may come from, as people write it: one address, or a range of them. */
import { z } from 'zod'

/** `10.0.0.0/8`, or one address. */
export const AddressRange = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
  'an address such as 192.0.2.7, or a range such as 10.0.0.0/8',
)
