/**
 * Personal data and secrets planted into every text of every recorded payload, one place at a time and all at once, through a
 * real API with workers: none is in Redis, logs, answers, metrics or an export, but for names in the places that carry names.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import { ruleFor } from '../src/shared/sources/redaction-rules.ts'
import { CARRIED } from './support/carried-places.ts'
import { dumpKeys } from './support/dump-keys.ts'
import { leavesOf, type Path, placeOf, replaced } from './support/leaves.ts'
import { eventually, killAll, runInterlock, startProcess } from './support/processes.ts'
import { allFixtures, type Fixture } from './support/source-fixtures.ts'

/** Each kind by itself, so that none hides behind another that is recognised. */
const KINDS = [
  'planted@clinic.example',
  '+44 7700 900777',
  'Bearer planted.token',
  'https://planted-user:planted@host.example/a?token=planted',
  'password=planted',
]
const SECRET = /planted|7700.?900777/i
/** A name looks like any other words; a class has it in lower case. */
const nameOf = (number: number) => `Zed${number} Quill`
const NAME = /zed(\d+)[ _]quill/gi

const textAt = (body: unknown, path: Path): unknown =>
  path.reduce((value, key) => (value as Record<string | number, unknown>)[key], body)

const isJson = (text: string) => /^\s*[[{]/.test(text)

/** The paths of all texts; JSON in a text is gone into. */
const textsOf = (body: unknown): Path[] => leavesOf(body).filter((path) => typeof textAt(body, path) === 'string')
const laced = (body: unknown, path: Path, lace: (text: string) => string): unknown => {
  const text = String(textAt(body, path))
  if (!isJson(text)) return replaced(body, path, lace(text))
  try {
    const inner: unknown = JSON.parse(text)
    const made = textsOf(inner).reduce((one, at) => replaced(one, at, lace(String(textAt(one, at)))), inner)
    return replaced(body, path, JSON.stringify(made))
  } catch {
    return replaced(body, path, lace(text))
  }
}

interface Planting {
  fixture: Fixture
  body: unknown
}

/** Places of the names, by number. */
const named: { source: Fixture['source']; path: Path; json: boolean }[] = []
const plantings: Planting[] = []
const seen = new Set<string>()
for (const fixture of allFixtures()) {
  const { source, body } = fixture
  const texts = textsOf(body)
  for (const kind of KINDS)
    plantings.push({
      fixture,
      body: texts.reduce((made, path) => laced(made, path, (text) => `${text} ${kind}`), body),
    })
  for (const path of texts) {
    const place = `${source} ${placeOf(path)}`
    if (seen.has(place)) continue
    seen.add(place)
    const kind = KINDS[named.length % KINDS.length]
    plantings.push({ fixture, body: laced(body, path, (text) => `${text} ${kind}`) })
    plantings.push({ fixture, body: laced(body, path, (text) => `${text} ${nameOf(named.length)}`) })
    named.push({ source, path, json: isJson(String(textAt(body, path))) })
  }
}

/** It carries names into incidents, or names a service, a pod or a rule, which are kept where nothing was understood. */
const carriesNames = ({ source, path, json }: (typeof named)[number]): boolean => {
  const fields = path.filter((key) => typeof key === 'string')
  const [name = '', above = ''] = fields.reverse()
  return (
    json ||
    CARRIED[source as keyof typeof CARRIED].includes(placeOf(path)) ||
    ruleFor({ name: source }, name, above) === 'name'
  )
}

const PLACES = ['answers', 'logs', 'redis', 'metrics', 'views', 'exports'] as const
const written: Record<(typeof PLACES)[number], string> = {
  ...{ answers: '', logs: '', redis: '', metrics: '', views: '', exports: '' },
}

const textsUnder = async (folder: string): Promise<string> => {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const texts = files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8'))
  return (await Promise.all(texts)).join('\n')
}

beforeAll(async () => {
  const env = { REDIS_URL: inject('redisUrl'), QUEUE_PREFIX: `everywhere-${randomUUID()}`, PORT: '0', WORKER_PORT: '0' }
  const [api, worker] = [startProcess(['serve'], env), startProcess(['worker'], env)]
  const { address } = await api.started()
  const { probes } = await worker.started().then(() => worker.lines.find((line) => line.probes) ?? { probes: '' })
  const ask = async (url: string, init?: RequestInit) => (await fetch(url, init)).text()
  const send = ({ fixture: { source, headers }, body }: Planting) => {
    const { 'content-type': _form, 'content-length': _length, ...telling } = headers as Record<string, string>
    const sent = { ...telling, 'content-type': 'application/json' }
    return ask(`${address}/webhooks/${source}`, { method: 'POST', headers: sent, body: JSON.stringify(body) })
  }
  for (let from = 0; from < plantings.length; from += 20)
    written.answers += (await Promise.all(plantings.slice(from, from + 20).map(send))).join('\n')

  const redis = new Redis(env.REDIS_URL)
  const ledger = new IncidentLedger(redis, env.QUEUE_PREFIX)
  const { incidents } = JSON.parse(await ask(`${address}/incidents?limit=200`)) as {
    incidents: { incident_id: string }[]
  }
  for (const { incident_id } of incidents) written.views += await ask(`${address}/incidents/${incident_id}`)
  const decided = await eventually(async () => {
    const { incidents: found } = JSON.parse(await ask(`${address}/incidents?status=awaiting_review&limit=1`))
    expect(found).toHaveLength(1)
    return found[0].incident_id as string
  })
  const folder = await mkdtemp(join(tmpdir(), 'interlock-everywhere-'))
  const ran = [
    await runInterlock(['evidence', decided, '--out', join(folder, 'evidence')], env),
    await runInterlock(['audit', 'export', '--out', join(folder, 'export.jsonl')], env),
    await runInterlock(['quarantine', 'list', '--limit', '1000', '--json'], env),
  ]
  expect(ran.map(({ code, stderr }) => [code, stderr])).toEqual(ran.map(() => [0, expect.any(String)]))
  written.exports = [await textsUnder(folder), ...ran.flatMap(({ stdout, stderr }) => [stdout, stderr])].join('\n')
  for (const at of [address, probes]) written.metrics += await ask(`${at}/metrics`)
  expect(await ledger.quarantine.count()).toBeGreaterThan(100)
  written.redis = await dumpKeys(redis, `{${env.QUEUE_PREFIX}}*`)
  redis.disconnect()
  await Promise.all([api.stop('SIGTERM'), worker.stop('SIGTERM')])
  written.logs = [api, worker].flatMap((one) => [JSON.stringify(one.lines), one.errors()]).join('\n')
  await rm(folder, { recursive: true })
}, 180_000)
afterAll(killAll)

describe.each(PLACES)('%s', (place) => {
  test('there is something to look through', () => expect(written[place].length).toBeGreaterThan(1000))

  test('no address, number, credential or link of anybody', () => {
    const around = [...written[place].matchAll(new RegExp(`.{0,80}(?:${SECRET.source}).{0,40}`, 'gi'))]
    expect([...new Set(around.map(([found]) => found))].slice(0, 10)).toEqual([])
  })

  test('names of persons only where names are carried', () => {
    const found = new Set([...written[place].matchAll(NAME)].map(([, number]) => Number(number)))
    const wrong = [...found].flatMap((number) => {
      const one = named[number]
      return one && !carriesNames(one) ? [`${one.source} ${placeOf(one.path)}`] : []
    })
    expect(wrong).toEqual([])
  })
})

test('every source has texts that were planted in', () => {
  expect(new Set(named.map(({ source }) => source)).size).toBe(Object.keys(CARRIED).length)
  expect(named.length).toBeGreaterThan(500)
})
