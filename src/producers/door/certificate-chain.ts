/** Traces a certificate to a root that Node trusts. SNS publishes its own alone, so that its issuer is asked for where it says. */
import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import type { fetchBytes } from './fetch-bytes.ts'

/** From the issuer's own trust store, and nowhere else. By plain HTTP, as published: the root's signature proves it. */
const ISSUER = /^CA Issuers - URI:(http:\/\/crt\.[a-z0-9]+\.amazontrust\.com\/[a-z0-9]+\.(?:cer|crt))$/m

/** Amazon's chains have two or three. */
const LONGEST_CHAIN = 4

const isValidAt = (at: number, { validFrom, validTo }: X509Certificate): boolean =>
  Date.parse(validFrom) <= at && at <= Date.parse(validTo)

const issued = (issuer: X509Certificate, certificate: X509Certificate): boolean =>
  issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)

/** Only those that could have issued it are looked at: making sense of all takes its time. */
const rootOf = (certificate: X509Certificate, roots: readonly string[]): X509Certificate | undefined =>
  roots.map((pem) => new X509Certificate(pem)).find((root) => issued(root, certificate))

interface Tracing {
  fetch: typeof fetchBytes
  /** When it must be valid, in milliseconds. */
  at: number
  /** PEM. */
  roots?: readonly string[]
}

/** `others` came with it. Throws what `fetch` throws. */
export const isTrusted = async (
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  { fetch, at, roots = rootCertificates }: Tracing,
): Promise<boolean> => {
  let certificate = leaf
  for (let length = 1; length <= LONGEST_CHAIN; length++) {
    if (!isValidAt(at, certificate)) return false
    const root = rootOf(certificate, roots)
    if (root) return isValidAt(at, root)
    let issuer = others.find((one) => issued(one, certificate))
    const published = ISSUER.exec(certificate.infoAccess ?? '')?.[1]
    if (!issuer && published) issuer = new X509Certificate(await fetch(published))
    if (!issuer || !issued(issuer, certificate)) return false
    certificate = issuer
  }
  return false
}
