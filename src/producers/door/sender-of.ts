/** Whose a delivery is where senders share what there is: an address; of IPv6 a network, since whoever has one has all of it. */
import rateLimit from '@fastify/rate-limit'

/** `ip` is the client's. */
export const senderOf = (ip: string): string => rateLimit.normalizeIP(ip)
