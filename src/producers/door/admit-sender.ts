/** Sends away who may not deliver at all, before the body is read: the source is closed, or the address not on its list. */
import type { Source } from '../../shared/sources/source.ts'
import { Unauthorized } from './unauthorized.ts'
import { addressOf } from './verify-delivery.ts'
import type { WebhookSecrets } from './webhook-secrets.ts'

/** `ip` is the client's. Throws Unauthorized. */
export const admitSender = (source: Source, ip: string, secrets: WebhookSecrets): void => {
  const address = addressOf(source)
  if (secrets.standingOf(address) === 'closed')
    throw new Unauthorized('closed', `${address} is closed here: the secrets file says so`)
  const list = secrets.rulesOf(address)?.addresses
  if (!list) return
  const plain = ip.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!list.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4'))
    throw new Unauthorized('address', `${address} takes deliveries from the addresses in the secrets file alone`)
}
