/** One delivery of the fuzz tests, and how it is kept: a file of `fixtures/fuzz/<source>` that can be read and sent again. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixturePath } from '../support/fixture.ts'

export interface FuzzCase {
  /** What follows `/webhooks/`. */
  source: string
  headers: Record<string, string>
  raw: Buffer
}

interface Kept {
  /** Why it is kept. */
  what: string
  headers: Record<string, string>
  body?: string
  body_base64?: string
}

const CORPUS = fixturePath('fuzz')

const isText = (raw: Buffer): boolean => Buffer.from(raw.toString('utf8'), 'utf8').equals(raw)

/** Where it lies now. Text stays text, so that a person can see what it is. */
export const keepCase = ({ source, headers, raw }: FuzzCase, what: string): string => {
  const folder = join(CORPUS, source.replace(':', '_'))
  mkdirSync(folder, { recursive: true })
  const name = createHash('sha256').update(raw).update(JSON.stringify(headers)).digest('hex').slice(0, 12)
  const body = isText(raw) ? { body: raw.toString('utf8') } : { body_base64: raw.toString('base64') }
  const file = join(folder, `${name}.json`)
  writeFileSync(file, `${JSON.stringify({ what, headers, ...body } satisfies Kept, null, 2)}\n`)
  return file
}

export const keptCases = (source: string): (FuzzCase & { what: string })[] => {
  const folder = join(CORPUS, source.replace(':', '_'))
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const { what, headers, body, body_base64 = '' }: Kept = JSON.parse(readFileSync(join(folder, file), 'utf8'))
      return {
        what: `${file}: ${what}`,
        source,
        headers,
        raw: body === undefined ? Buffer.from(body_base64, 'base64') : Buffer.from(body),
      }
    })
}
