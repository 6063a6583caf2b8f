/** The recorded deliveries of every source: what the golden and conformance tests of the adapters run over. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceName } from '../../src/shared/contracts/alert.ts'
import { SOURCES } from '../../src/shared/sources/index.ts'
import type { Headers } from '../../src/shared/sources/source.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures')

/** When every fixture counts as received. */
export const RECEIVED_AT = '2026-05-17T12:00:00.000Z'

export interface Fixture {
  source: SourceName
  /** Relative to the fixtures folder. */
  path: string
  /** As the API parses it: JSON, or a form as an object of texts. */
  body: unknown
  /** Those that say what the body is; none but where a `.request.json` states them. */
  headers: Headers
  /** Where the readings expected of it are kept. */
  golden: string
}

/** A `.request.json` describes a whole request: its headers, and its body as JSON or as the bytes of a form. */
const requestIn = (path: string): Pick<Fixture, 'body' | 'headers'> => {
  const content = JSON.parse(readFileSync(join(FIXTURES, path), 'utf8'))
  if (!path.endsWith('.request.json')) return { body: content, headers: {} }
  const { headers, body, body_raw } = content
  return { headers, body: body ?? Object.fromEntries(new URLSearchParams(body_raw)) }
}

const fixture = (source: SourceName, path: string): Fixture => ({
  source,
  path,
  ...requestIn(path),
  // The bytes as transmitted say the same as the file made for reading.
  golden: join(FIXTURES, path.replace(/(\.raw)?\.json$/, '.expected.json')),
})

export const fixturesOf = (source: SourceName): Fixture[] => [
  ...readdirSync(join(FIXTURES, 'webhooks', source))
    .filter((file) => file.endsWith('.json') && !file.endsWith('.expected.json'))
    .map((file) => fixture(source, `webhooks/${source}/${file}`)),
  ...readdirSync(join(FIXTURES, 'course'))
    .filter((file) => file === `webhook_${source}.json`)
    .map((file) => fixture(source, `course/${file}`)),
]

export const allFixtures = (): Fixture[] => SOURCES.flatMap(({ name }) => fixturesOf(name))
