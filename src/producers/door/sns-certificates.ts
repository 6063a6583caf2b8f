/** The certificates that SNS signs with: had from AWS alone, traced to a root that Node trusts, and kept for a day. */
import { X509Certificate } from 'node:crypto'
import { Problem } from '../../shared/problem.ts'
import { isTrusted } from './certificate-chain.ts'
import { fetchBytes, NotThere } from './fetch-bytes.ts'
import { snsHost } from './sns-host.ts'
import { Unauthorized } from './unauthorized.ts'

export interface SigningCertificates {
  /** Throws Unauthorized, or a Problem (503) where AWS cannot be asked at the moment. */
  certificateAt(url: string, topicArn: string): Promise<X509Certificate>
}

const KEPT_MS = 24 * 3_600_000
const MAX_KEPT = 16
/** Any envelope can name an address that was never asked: so many questions a minute, and no more. */
const MAX_FETCHES = 10
const MINUTE_MS = 60_000

const FILE = /^SimpleNotificationService-[0-9a-f]{1,64}\.pem$/

const certificatesIn = (pem: string): X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [])
    .slice(0, 5)
    .map((one) => new X509Certificate(one))

const untrusted = () => new Unauthorized('certificate', 'what SigningCertURL names is no valid certificate of SNS')

export const openCertificates = (
  fetch: typeof fetchBytes = fetchBytes,
  roots?: readonly string[],
  now: () => number = Date.now,
): SigningCertificates => {
  const kept = new Map<string, { certificate: Promise<X509Certificate>; until: number; validTo: number }>()
  let asked: number[] = []

  const load = async (url: string, host: string): Promise<X509Certificate> => {
    try {
      const [leaf, ...others] = certificatesIn((await fetch(url)).toString())
      const named = leaf && ['sns.amazonaws.com', 'sns.amazonaws.com.cn', host].some((name) => leaf.checkHost(name))
      if (!leaf || !named || !(await isTrusted(leaf, others, { fetch, at: now(), ...(roots && { roots }) })))
        throw untrusted()
      return leaf
    } catch (error) {
      if (error instanceof Unauthorized) throw error
      if (error instanceof NotThere) throw untrusted()
      throw new Problem('sns_unavailable', `the certificate of SNS cannot be had from ${host}: send it again`)
    }
  }

  return {
    certificateAt: async (url, topicArn) => {
      const host = snsHost(topicArn)
      const place = `https://${host}/`
      if (!url.startsWith(place) || !FILE.test(url.slice(place.length)))
        throw new Unauthorized('certificate', "SigningCertURL is not an address of SNS in the topic's region")
      const known = kept.get(url)
      if (known && known.until > now()) return known.certificate
      asked = asked.filter((at) => at > now() - MINUTE_MS)
      // Whoever spends all questions must not keep a certificate from being used that is still good.
      if (asked.length >= MAX_FETCHES && known && known.validTo > now()) return known.certificate
      if (asked.length >= MAX_FETCHES)
        throw new Problem('sns_unavailable', 'too many certificates were asked for within a minute: send it again')
      asked.push(now())
      const certificate = load(url, host)
      kept.set(url, { certificate, until: now() + KEPT_MS, validTo: 0 })
      if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value ?? '')
      // What failed is not kept; all who asked meanwhile hear of it.
      certificate.catch(() => kept.delete(url))
      const validTo = Date.parse((await certificate).validTo)
      kept.set(url, { certificate, until: Math.min(now() + KEPT_MS, validTo), validTo })
      return certificate
    },
  }
}
