/** An OpenID Connect issuer over HTTP, with keys of its own: it publishes them, counts who asks, and can be down. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

/** What its tokens are for. */
export const AUDIENCE = 'interlock'

export type Claims = Record<string, unknown>
interface Pair {
  privateKey: CryptoKey
  publicKey: CryptoKey
}

export const newKey = (alg: string): Promise<Pair> => generateKeyPair(alg, { extractable: true })

export const openIssuer = async (keys: Readonly<Record<string, Pair>>) => {
  const publish = async (kid: string, { publicKey }: Pair, alg: string) =>
    site.published.push({ ...(await exportJWK(publicKey)), kid, alg })
  const site = {
    down: false,
    requests: 0,
    published: [] as JWK[],
    /** What the discovery document says otherwise. */
    says: {} as Claims,
    publish,
  }
  for (const [alg, key] of Object.entries(keys)) await publish(alg, key, alg)
  const server = createServer(({ url }, response) => {
    site.requests++
    const body = url === '/keys' ? { keys: site.published } : { issuer, jwks_uri: `${issuer}/keys`, ...site.says }
    response.writeHead(site.down ? 500 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const seconds = () => Math.floor(Date.now() / 1000)
  /** Of a reviewer called anna, but for `others`. */
  const claims = (others: Claims = {}): Claims => ({
    ...{ iss: issuer, aud: AUDIENCE, sub: 'anna', roles: ['interlock:reviewer'], exp: seconds() + 300 },
    ...others,
  })
  return {
    ...{ site, issuer, claims, seconds },
    sign: (others: Claims, alg: string, { privateKey }: Pair, kid = alg): Promise<string> =>
      new SignJWT(claims(others)).setProtectedHeader({ alg, kid }).sign(privateKey),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
