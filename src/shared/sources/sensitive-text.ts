/** What gives a person, a secret or a network away by its look alone, in the text of any source. */
import { holdsIban } from './holds-iban.ts'

/** What stands in the place of what was taken out. */
export const REDACTED = '[redacted]'

/** Of as many digits as a number to call, which is one without its blanks. */
export const isLongNumber = (value: number): boolean => Math.abs(value) >= 1e9

/**
 * No name of a service, a pod or a rule looks like one of these. All are linear: a text comes from a stranger. The costliest
 * are kept apart by a sign that they cannot do without and hardly a name has.
 */
const WITH_AT = [
  // E-mail addresses.
  /[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/,
  // Connection strings and links with a user in them.
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/@"']{0,300}@[^\s"']*/i,
] as const
/** `password=…`, `api_key: …`, in a query as well. */
const WITH_VALUE =
  /\b[\w-]{0,40}(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|authorization|credentials?)["']?\s{0,3}[=:]\s{0,3}["']?[^\s"',;&]+/i
const PERSONS_AND_SECRETS = [
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*/,
  // Phone numbers: international, and national ones as people space them.
  /\+\d[\d ()./-]{6,18}\d/,
  /\b0\d{2,4} \d{3,8}(?: \d{3,4})?\b|\(\d{2,5}\) ?\d{3}[\d -]{3,8}|(?<![\w.-])0[1-9]\d{8,9}(?![\w.-])/,
  // Credentials behind the name of their scheme, and tokens known by how they begin.
  /\b(?:Bearer|Basic|GenieKey|ApiKey)\s+[\w.~+/=-]{6,}/i,
  /\beyJ[\w-]{6,}\.[\w.-]{4,}/,
  /\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{12,}/,
  /\b(?:gh[pousr]_|github_pat_|glpat-|glsa_|npm_|hv[sb]\.|xox[abeprs]-|sk-|AIza|SG\.|ya29\.|xapp-)[\w.-]{16,}/,
  /\b(?:[prs]k_(?:live|test)|whsec)_\w{8,}/,
] as const

const NETWORKS = [
  // IPv4; IPv6, which a time of day is not.
  /\b\d{1,3}(?:\.\d{1,3}){3}\b/,
  /(?<![\w:])(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}(?![\w:])|(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{1,4}){0,6}::(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{1,4}(?![\w:])/i,
  // What follows the path of a link.
  /(?<=:\/\/[^\s?#"']{1,300})[?#][^\s"']+/,
] as const

/** A link inside of a link inside of a link is written in as many ways. */
const MOST_ENCODINGS = 3

/** As it stands, and as it reads where it is percent-encoded: byte by byte, since only ASCII is looked for. */
const writingsOf = (text: string): string[] => {
  const writings = [text]
  for (let last = text; writings.length <= MOST_ENCODINGS; writings.push(last)) {
    const read = last.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    if (read === last) break
    last = read
  }
  return writings
}

/** True where a text holds what no name may hold: an e-mail address, a phone or account number, a credential, a user in a link. */
export const isSensitive = (text: string): boolean =>
  writingsOf(text).some(
    (one) =>
      (one.includes('@') && WITH_AT.some((look) => look.test(one))) ||
      (/[=:]/.test(one) && WITH_VALUE.test(one)) ||
      PERSONS_AND_SECRETS.some((look) => look.test(one)) ||
      holdsIban(one),
  )

/** True where it tells of a network as well: an address, or a link with a query. */
export const isRevealing = (text: string): boolean =>
  isSensitive(text) || writingsOf(text).some((one) => NETWORKS.some((look) => look.test(one)))
