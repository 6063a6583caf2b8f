/** Links a person can open, without what must not be stored: query, hash, user info, and links that act when followed. */
import { percentDecoded } from './percent-decoded.ts'
import { isSensitive } from './sensitive-text.ts'

/** Following one of these can mute or change a rule. */
const ACTS = /\/(silences?|edit)(\/|$)/

/** An http(s) URL down to scheme, host and path; null for anything else. */
const bareUrl = (value: unknown): string | null => {
  if (typeof value !== 'string' || !URL.canParse(value)) return null
  const url = new URL(value)
  const bare = `${url.protocol}//${url.host}${url.pathname}`
  const opens = /^https?:$/.test(url.protocol) && !ACTS.test(url.pathname) && bare.length <= 2000
  // A path may say `@` in another way.
  return opens && !isSensitive(percentDecoded(bare)) ? bare : null
}

/** The first candidate that is a link, or empty. */
export const firstLink = (...candidates: unknown[]): string =>
  candidates.reduce<string | null>((found, candidate) => found ?? bareUrl(candidate), null) ?? ''

/** The course writes its dashboard without a scheme (`grafana.internal/d/api-mem`); it is kept as it stands. */
export const courseLink = (value: unknown): string => {
  if (typeof value !== 'string') return ''
  const bare = value.replace(/[?#].*$/s, '')
  return /^[A-Za-z0-9.-]+(:\d+)?(\/[\x21-\x7e]*)?$/.test(bare) &&
    !ACTS.test(bare) &&
    bare.length <= 2000 &&
    !isSensitive(percentDecoded(bare))
    ? bare
    : firstLink(value)
}

/** Alertmanager's alert list, under whatever path it is served. */
export const alertListLink = (externalUrl: unknown): string => {
  const base = firstLink(externalUrl)
  return base && `${base.replace(/\/+$/, '')}/#/alerts`
}

/** Scheme and host of a link, or empty. */
export const originOf = (value: unknown): string => {
  const link = firstLink(value)
  return link && new URL(link).origin
}
