/** What the API must be told before it may start: who its senders and its operators are. Which logins production does not take. */
import { BlockList, isIP } from 'node:net'
import type { Environment } from '../shared/config.ts'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addSubnet('0.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')
LOOPBACK.addAddress('::', 'ipv6')

/** `host` as a URL has it, so that 127.1 and 0x7f000001 are already 127.0.0.1. */
const isThisHost = (host: string): boolean => {
  const bare = host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
  const family = isIP(bare)
  if (family === 0) return bare === 'localhost' || bare.endsWith('.localhost')
  return LOOPBACK.check(bare, family === 6 ? 'ipv6' : 'ipv4')
}

/** A host name or address to listen on, which only this host reaches. */
const isPrivate = (host: string): boolean => host !== '0.0.0.0' && host !== '::' && isThisHost(host)

/** An issuer of signed tokens that is this host, or without TLS. What is no URL is somebody else's to refuse. */
export const isMockIssuer = (url: string): boolean => {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return protocol !== 'https:' || isThisHost(hostname)
}

/** Empty where it may start. Each problem names the variable and what it must be. */
export const apiNeeds = ({
  NODE_ENV,
  HOST = '127.0.0.1',
  OPERATOR_TOKENS_FILE,
  OIDC_ISSUER,
  OIDC_AUDIENCE,
  WEBHOOK_SECRETS_FILE,
}: Environment): string[] => {
  const production = NODE_ENV === 'production'
  const problems: string[] = []
  if (production && !WEBHOOK_SECRETS_FILE)
    problems.push(
      'WEBHOOK_SECRETS_FILE is not set: with NODE_ENV=production it must be the path of a file that says of every source ' +
        'its secrets, or that it is open or closed',
    )
  if (!OPERATOR_TOKENS_FILE && !OIDC_ISSUER && (production || !isPrivate(HOST)))
    problems.push(
      `OPERATOR_TOKENS_FILE or OIDC_ISSUER is not set: with ${production ? 'NODE_ENV=production' : `HOST=${HOST}, which others reach,`} ` +
        'the API must know its operators; "interlock token new" makes a token and its entry',
    )
  if (OIDC_ISSUER && !OIDC_AUDIENCE)
    problems.push(
      'OIDC_AUDIENCE is not set: it must be the audience that tokens for Interlock have, or any token of OIDC_ISSUER would do',
    )
  if (OIDC_AUDIENCE && !OIDC_ISSUER)
    problems.push('OIDC_ISSUER is not set: nobody has tokens for OIDC_AUDIENCE without it')
  if (production && OIDC_ISSUER && isMockIssuer(OIDC_ISSUER))
    problems.push(
      `OIDC_ISSUER is "${OIDC_ISSUER}": with NODE_ENV=production it must be https:// and another host than this one`,
    )
  return problems
}
