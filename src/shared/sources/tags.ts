/** The tags an incident is read by, under the names that monitoring systems give them. Whatever else is tagged is left behind. */
import { z } from 'zod'
import { asText } from './text.ts'

/** Each with the names it goes by, the first that is there counts; compared without regard to case. */
const NAMES = {
  alertname: ['alertname', 'incident_class'],
  service: ['service', 'app', 'app.kubernetes.io/name'],
  namespace: [
    ...['namespace', 'kube_namespace', 'namespace_name', 'kubernetesnamespace'],
    ...['k8s.namespace', 'k8s.namespace.name'],
  ],
  pod: ['pod', 'pod_name', 'podname', 'k8s.pod', 'k8s.pod.name'],
  severity: ['severity'],
  priority: ['priority'],
  incident_id: ['incident_id'],
} as const

export type Tags = Record<keyof typeof NAMES, string>

type Pair = readonly [name: unknown, value: unknown]

export const readTags = (pairs: readonly Pair[]): Tags => {
  const given = new Map(pairs.toReversed().map(([name, value]) => [asText(name).toLowerCase(), asText(value)]))
  const find = (names: readonly string[]) =>
    names.map((name) => given.get(name) ?? '').find((value) => value !== '') ?? ''
  return Object.fromEntries(Object.entries(NAMES).map(([tag, names]) => [tag, find(names)])) as Tags
}

const Entries = z.record(z.string(), z.unknown()).catch({})

/** The pairs of an object; none where there is no object. */
export const pairsOf = (value: unknown): Pair[] => Object.entries(Entries.parse(value))

const Named = z.array(z.object({ name: z.unknown(), value: z.unknown() }).catch({ name: '', value: '' })).catch([])

/** The pairs of a list of `{name, value}`. */
export const namedPairs = (value: unknown): Pair[] => Named.parse(value).map(({ name, value: of }) => [name, of])

/** `service:api` and the like, split at the first colon. */
export const colonPairs = (texts: readonly string[]): Pair[] =>
  texts.map((text) => {
    const colon = text.indexOf(':')
    return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
  })
