/**
 * A production API and its secrets file: it starts when nothing is open by accident, takes a change without a restart, and
 * after right, wrong and broken deliveries no secret stands in a log, an answer, a metric or a key of Redis.
 */
import { createHash, randomUUID } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { SOURCES } from '../src/shared/sources/index.ts'
import { dumpKeys } from './support/dump-keys.ts'
import { eventually, type InterlockProcess, killAll, startProcess } from './support/processes.ts'
import { PROVERS, type Proof, SECRETS, type Which } from './support/proofs.ts'

let folder: string
let env: Record<string, string>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-secrets-'))
  await cp('fixtures/policies', join(folder, 'policies'), { recursive: true })
  await mkdir(join(folder, 'policies/sources'))
  await cp('fixtures/mappings/beacon.yaml', join(folder, 'policies/sources/beacon.yaml'))
  const sha256 = createHash('sha256').update(randomUUID()).digest('hex')
  await writeFile(join(folder, 'operators.yaml'), JSON.stringify([{ name: 'nobody', role: 'viewer', sha256 }]))
  env = {
    ...{ NODE_ENV: 'production', REDIS_URL: inject('redisUrl'), QUEUE_PREFIX: `secrets-${randomUUID()}`, PORT: '0' },
    ...{ POLICY_DIR: join(folder, 'policies'), WEBHOOK_SECRETS_FILE: join(folder, 'secrets.yaml'), LOG_LEVEL: 'debug' },
    OPERATOR_TOKENS_FILE: join(folder, 'operators.yaml'),
  }
})
afterEach(async () => {
  killAll()
  await rm(folder, { recursive: true })
})

/** In one step, as a mounted secret changes. */
const write = async (content: unknown): Promise<void> => {
  const file = join(folder, 'secrets.yaml')
  await writeFile(`${file}.next`, typeof content === 'string' ? content : JSON.stringify(content))
  await rename(`${file}.next`, file)
}

const happened = (api: InterlockProcess, name: string, times: number) =>
  eventually(() => expect(api.lines.filter(({ event }) => event === name)).toHaveLength(times))

const all = [...SOURCES.map(({ name }) => name), 'custom:beacon']

test('it does not start while of a source nothing is said, and names every one and no secret', async () => {
  await write({ sources: { grafana: { bearer: [SECRETS.right] } } })
  const missing = startProcess(['serve'], env)
  expect(await missing.ended()).toMatchObject({ code: 2 })
  for (const name of all.filter((one) => one !== 'grafana')) expect(missing.errors()).toContain(`  - ${name}\n`)
  expect(missing.errors()).not.toContain('  - grafana\n')

  await write(`sources: {grafana: {bearer: ${SECRETS.right}}}`)
  const broken = startProcess(['serve'], env)
  expect(await broken.ended()).toMatchObject({ code: 2 })
  expect(broken.errors()).toContain('sources.grafana.bearer: a list of secrets')
  for (const { errors } of [missing, broken]) expect(errors()).not.toContain('secret-of-the-source')
})

test('a secret is changed without a restart, and a change that is invalid is refused', async () => {
  const raw = await readFile('fixtures/webhooks/grafana/firing.single.raw.json')
  const entry = (...bearer: string[]) => ({ sources: { grafana: { bearer } }, closed: 'others' })
  await write(entry(SECRETS.rotated))
  const api = startProcess(['serve'], env)
  const { address } = await api.started()
  const status = async (token: string) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    return (await fetch(`${address}/webhooks/grafana`, { method: 'POST', headers, body: new Uint8Array(raw) })).status
  }
  expect([await status(SECRETS.rotated), await status(SECRETS.right)]).toEqual([202, 401])
  await write(entry(SECRETS.right, SECRETS.rotated))
  await happened(api, 'secrets_loaded', 2)
  expect([await status(SECRETS.rotated), await status(SECRETS.right)]).toEqual([200, 200])
  await write('closed: [grafana]')
  await happened(api, 'secrets_refused', 1)
  expect([await status(SECRETS.rotated), await status(SECRETS.right)]).toEqual([200, 200])
  await write(entry(SECRETS.right))
  await happened(api, 'secrets_loaded', 3)
  expect([await status(SECRETS.rotated), await status(SECRETS.right)]).toEqual([401, 200])
})

test('no secret shows up anywhere', async () => {
  // Those who sign with a key of their own have no secret here, and what checks them is asked for elsewhere.
  const provers = PROVERS.filter(({ how }) => how !== 'signature of AWS' && how !== 'token of Entra ID')
  const entries: Record<string, object> = {}
  for (const { source, entry } of provers) entries[source] ??= entry as object
  await write({ sources: entries, closed: 'others' })
  const api = startProcess(['serve'], env)
  const { address } = await api.started()
  const answers: string[] = []
  const statuses = new Set<number>()
  const proofs: string[] = Object.values(SECRETS)

  const send = async (path: string, raw: Buffer, type: string, { headers = {}, query = '' }: Proof) => {
    // A time is no secret.
    proofs.push(...Object.values(headers).filter((value) => !/^\d+$/.test(value)))
    const init = { method: 'POST', headers: { 'content-type': type, ...headers }, body: new Uint8Array(raw) }
    const answer = await fetch(`${address}${path}${query && `?${query}`}`, init)
    statuses.add(answer.status)
    // Of an address that is none of ours the answer repeats what was asked for, to who asked.
    if (answer.status !== 404) answers.push(JSON.stringify([...answer.headers]), await answer.text())
  }
  for (const { source, fixture, prove } of provers) {
    const bytes = await readFile(join('fixtures', fixture))
    const isForm = fixture.endsWith('.request.json')
    const raw = isForm ? Buffer.from(JSON.parse(bytes.toString()).body_raw) : bytes
    const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
    for (const which of Object.keys(SECRETS) as Which[]) {
      const proof = prove(raw, which, Date.now())
      await send(`/webhooks/${source}`, raw, type, proof)
      await send(`/webhooks/${source}`, Buffer.from('{"broken'), 'application/json', proof)
      await send(`/webhooks/${source}`, raw, 'text/css', proof)
      await send(`/webhooks/${source}-${SECRETS[which]}`, raw, type, proof)
    }
  }
  await write(`sources: {${SECRETS.right}: {bearer: [${SECRETS.right}]}}`)
  await happened(api, 'secrets_refused', 1)
  expect([...statuses].sort()).toEqual([200, 202, 400, 401, 404, 415])

  const metrics = await (await fetch(`${address}/metrics`)).text()
  expect(metrics).toMatch(/interlock_webhook_unauthorized_total\{reason="mismatch"\} [1-9]/)
  const redis = new Redis(inject('redisUrl'))
  const stored = await dumpKeys(redis, `{${env.QUEUE_PREFIX}}*`)
  redis.disconnect()
  expect(stored).toContain('appointments-api')
  expect((await api.stop('SIGTERM')).code).toBe(0)
  const logs = [...api.lines.map((line) => JSON.stringify(line)), api.errors()].join('\n')
  expect(logs).toContain('signature_invalid')
  for (const [place, text] of Object.entries({ logs, metrics, stored, answers: answers.join('\n') }))
    for (const proof of proofs) expect(text.includes(proof), `${place}: ${proof}`).toBe(false)
})
