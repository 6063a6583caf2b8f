/** Who may import whom, and what the pure rooms may not reach: the rules as tables, and how a breach is found. */
import { posix } from 'node:path'
import type { RepositoryFile } from '../support/repository-files.ts'
import { type Import, readSource } from './read-source.ts'

/** A file obeys every rule whose room it is in. Paths end in `/` for a folder; a `.ts` is that file alone. */
export const ROOMS: readonly { room: string; may: readonly string[] }[] = [
  { room: 'src/shared/', may: ['src/shared/', 'package.json'] },
  { room: 'src/shared/contracts/', may: ['src/shared/contracts/'] },
  {
    room: 'src/shared/incident/',
    may: ['src/shared/contracts/', 'src/shared/incident/', 'src/shared/policy/facts-at.ts'],
  },
  { room: 'src/shared/sources/', may: ['src/shared/contracts/', 'src/shared/sources/'] },
  { room: 'src/producers/', may: ['src/shared/', 'src/producers/'] },
  { room: 'src/workers/', may: ['src/shared/', 'src/workers/'] },
  {
    room: 'src/workers/blockers/',
    may: ['src/shared/contracts/', 'src/shared/policy/', 'src/workers/blockers/'],
  },
  {
    room: 'src/workers/actions/',
    may: ['src/shared/contracts/', 'src/shared/policy/', 'src/shared/audit/', 'src/workers/actions/'],
  },
  {
    room: 'src/workers/stages/',
    may: [
      ...['src/shared/contracts/', 'src/shared/incident/', 'src/shared/policy/', 'src/shared/audit/'],
      ...['src/workers/blockers/', 'src/workers/actions/', 'src/workers/stages/', 'src/workers/stage.ts'],
    ],
  },
  { room: 'src/cli/', may: ['src/', 'package.json'] },
  { room: 'grafana/', may: ['grafana/'] },
]

/** Assembled at the top: nothing below may turn back to it. */
export const TOPS = [
  { top: 'src/producers/main.ts', from: 'src/cli/' },
  { top: 'src/workers/main.ts', from: 'src/cli/' },
  { top: 'src/cli/', from: 'src/cli/' },
] as const

/** Everything in them, and everything they reach, only computes: same in, same out. */
export const PURE_ROOMS = [
  'src/shared/contracts/',
  'src/shared/incident/',
  'src/shared/sources/',
  'src/workers/blockers/',
  'src/workers/actions/',
  'src/workers/stages/',
  'src/workers/replay/',
  'src/workers/forecast/',
] as const

/** Packages that only compute, with the names that may be taken from them where not all do. */
const PURE_PACKAGES: Readonly<Record<string, readonly string[] | 'all'>> = {
  zod: 'all',
  canonicalize: 'all',
  yaml: 'all',
  'mdast-util-from-markdown': 'all',
  'node:crypto': ['createHash', 'hash'],
}

/** The one file that reads the environment. */
const ENVIRONMENT = 'src/shared/config.ts'

const isIn = (path: string, place: string): boolean => (place.endsWith('/') ? path.startsWith(place) : path === place)

const targetOf = (from: string, { specifier }: Import): string | null =>
  specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : null

const isPurePackage = ({ specifier, names }: Import): boolean => {
  const allowed = Object.hasOwn(PURE_PACKAGES, specifier) ? PURE_PACKAGES[specifier] : []
  return allowed === 'all' || (names.length > 0 && names.every((name) => allowed?.includes(name)))
}

/** One line per breach, naming the file, what it does and the rule; none when all is well. */
export const breachesOf = (files: readonly RepositoryFile[]): string[] => {
  const sources = new Map(files.map(({ path, text }) => [path, readSource(path, text)]))
  const breaches: string[] = []

  for (const [path, { imports, environment, unreadable }] of sources) {
    if (path !== ENVIRONMENT) for (const use of environment) breaches.push(`${path}: ${use}; only ${ENVIRONMENT} may`)
    for (const text of unreadable) breaches.push(`${path}: imports ${text}, which cannot be checked`)
    for (const target of imports.flatMap((one) => targetOf(path, one) ?? [])) {
      for (const { room, may } of ROOMS)
        if (isIn(path, room) && !may.some((place) => isIn(target, place)))
          breaches.push(`${path}: imports ${target}; ${room} may import ${may.join(', ')}`)
      if (/\.(test|fixture)\.ts$/.test(target)) breaches.push(`${path}: imports ${target}; only tests may`)
      for (const { top, from } of TOPS)
        if (isIn(target, top) && !isIn(path, from)) breaches.push(`${path}: imports ${target}; only ${from} may`)
    }
  }

  const pure = [...sources.keys()].filter((path) => PURE_ROOMS.some((room) => isIn(path, room)))
  const reachedFrom = new Map(pure.map((path) => [path, path]))
  for (const [path, from] of reachedFrom) {
    const { imports = [], impure = [] } = sources.get(path) ?? {}
    const where = path === from ? path : `${path} (reached from ${from})`
    for (const use of impure) breaches.push(`${where}: ${use}, in a pure room`)
    for (const one of imports) {
      const target = targetOf(path, one)
      if (target === null && !isPurePackage(one))
        breaches.push(`${where}: imports ${[...one.names, 'from', one.specifier].join(' ')}, in a pure room`)
      // A type alone is gone at run time, and what it stands for with it.
      if (target !== null && !one.typeOnly && !reachedFrom.has(target)) reachedFrom.set(target, from)
    }
  }
  return breaches
}
