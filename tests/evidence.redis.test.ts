/** Evidence packages of what the real pipeline decided: made, verified elsewhere without Redis, and refused after any change. */
import { createPublicKey, randomUUID, verify } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { MANIFEST, manifestOf, type PackageFiles, readPackage } from '../src/cli/evidence/package-files.ts'
import { verifyPackage } from '../src/cli/evidence/verify-package.ts'
import { sha256 } from '../src/shared/audit/digest.ts'
import { openPipeline, type Pipeline } from './support/api-pipeline.ts'
import { grafanaDelivery } from './support/faults.ts'
import { patched } from './support/fixture.ts'
import { interlock } from './support/interlock.ts'
import { eventually } from './support/processes.ts'

const MINUTES = 60_000
const installation = `evidence-${randomUUID()}`
const POLICIES = 'fixtures/demo/policies'
const env = { REDIS_URL: inject('redisUrl'), QUEUE_PREFIX: installation, POLICY_DIR: POLICIES }

let pipeline: Pipeline
let folder: string
let passed: string
let blocked: string
const at = (name: string) => join(folder, name)
const ANCHORED = ['--key', '@keys/audit.key', '--checkpoints', '@checkpoints.jsonl', '--public-key', '@keys/audit.pub']
const call = (env: Record<string, string>, ...args: string[]) =>
  interlock(
    args.map((arg) => arg.replace(/^@/, `${folder}/`)),
    env,
  )
const make = async (id: string, out: string, ...more: string[]) => {
  const made = await call(env, 'evidence', id, '--out', `@${out}`, ...more)
  expect({ out, code: made.code, err: made.err }).toEqual({ out, code: 0, err: '' })
  return made.out
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock evidence '))
  pipeline = await openPipeline(env.REDIS_URL, installation, POLICIES)
  pipeline.work('normalize', 'readiness', 'dry-run')
  const send = async (patch: object) => {
    const { body } = await pipeline.post('/webhooks/grafana', patched(grafanaDelivery({ fault: randomUUID() }), patch))
    return body.incidents[0].incident_id as string
  }
  passed = await send({})
  blocked = await send({ alerts: { 0: { labels: { service: 'orders-db' } } } })
  await eventually(async () => expect(await pipeline.ledger.accounting()).toMatchObject({ in_flight: 0 }))
  await call({}, 'audit', 'keygen', '--out', '@keys')
  await call({}, 'audit', 'keygen', '--out', '@other')
  await call(env, 'audit', 'checkpoint', '--key', '@keys/audit.key', '--out', '@checkpoints.jsonl', '--once')
  await make(passed, 'passed', ...ANCHORED)
  await make(blocked, 'blocked')
}, 3 * MINUTES)
afterAll(async () => {
  await pipeline.close()
  await rm(folder, { recursive: true })
})

const text = (files: PackageFiles, path: string) => String(files.get(path))

describe('a package', () => {
  it('holds what proves the verdict, also where there is none to carry out', async () => {
    const files = await readPackage(at('passed'))
    const { incident } = await pipeline.stored(passed)
    expect([...files.keys()].sort()).toEqual(
      expect.arrayContaining(['MANIFEST.sha256', 'checkpoint.json', 'readiness.md', 'trace.jsonl', 'validation.md']),
    )
    expect(JSON.parse(text(files, 'incident_event.json'))).toEqual(incident.event)
    const { plan_digest } = JSON.parse((await pipeline.stored(passed)).decisions['dry-run']?.texts.output ?? '')
    expect(sha256(files.get('plan.json') ?? '')).toBe(plan_digest)
    expect(text(files, 'policy/high_memory_usage/specify.md')).toBe(
      await readFile(`${POLICIES}/high_memory_usage/specify.md`, 'utf8'),
    )
    expect(text(files, 'validation.md').match(/Exit code: \d/g)).toEqual([
      'Exit code: 0',
      'Exit code: 0',
      'Exit code: 0',
    ])

    const stopped = await readPackage(at('blocked'))
    expect(text(stopped, 'plan.json')).toBe('null')
    expect(text(stopped, 'readiness.md')).toContain(
      '| `stateful_without_backup` | stateful=true, backup\\_verified=false |',
    )
    expect(text(stopped, 'readiness.md')).toContain('- verify a backup by restoring it')
    expect(text(stopped, 'validation.md')).toContain('Exit code: 1')
  })

  it('is the same bytes when it is made again, and stays so when checkpoints follow', async () => {
    const first = await readPackage(at('passed'))
    await call(env, 'audit', 'checkpoint', '--key', '@keys/audit.key', '--out', '@checkpoints.jsonl', '--once')
    await make(passed, 'again', ...ANCHORED)
    expect([...(await readPackage(at('again')))]).toEqual([...first])
  })

  it('states the verdict for others, signed in an envelope', async () => {
    const files = await readPackage(at('passed'))
    const envelope = JSON.parse(text(files, 'verdict.dsse.json'))
    const payload = Buffer.from(envelope.payload, 'base64')
    expect(String(payload)).toBe(text(files, 'verdict.intoto.json'))
    const signed = `DSSEv1 28 application/vnd.in-toto+json ${payload.length} ${payload}`
    const key = createPublicKey(await readFile(at('keys/audit.pub'), 'utf8'))
    expect(verify(null, Buffer.from(signed), key, Buffer.from(envelope.signatures[0].sig, 'base64'))).toBe(true)
    const { incident } = await pipeline.stored(passed)
    expect(JSON.parse(String(payload))).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://slsa.dev/verification_summary/v1',
      subject: expect.arrayContaining([
        { name: 'plan.json', digest: { sha256: sha256(files.get('plan.json') ?? '') } },
      ]),
      predicate: {
        timeVerified: incident.verdict?.at,
        verificationResult: incident.status === 'dry_run_passed' ? 'PASSED' : 'FAILED',
        interlock: { verdict: incident.status },
      },
    })
    const unsigned = await readPackage(at('blocked'))
    expect(unsigned.has('verdict.dsse.json')).toBe(false)
    expect(JSON.parse(text(unsigned, 'verdict.intoto.json')).predicate).toMatchObject({
      verificationResult: 'FAILED',
      verifiedLevels: ['FAILED'],
      interlock: { verdict: 'blocked', blockers: [{ code: 'stateful_without_backup' }] },
    })
  })

  it('says where the policy folder is another by now, and has what was kept', async () => {
    await cp(POLICIES, at('changed'), { recursive: true })
    await writeFile(at('changed/settings.yaml'), 'freezes: []\n# changed\n')
    const made = await call({ ...env, POLICY_DIR: at('changed') }, 'evidence', passed, '--out', '@later')
    expect(made).toMatchObject({
      code: 0,
      out: expect.stringContaining('the policy folder is not the one readiness decided by'),
    })
    const files = await readPackage(at('later'))
    const policy = [...files.keys()].filter((path) => path.startsWith('policy/')).sort()
    expect(policy).toEqual([
      'policy/digests.json',
      'policy/high_memory_usage/specify.md',
      'policy/terms-dry-run.json',
      'policy/terms-readiness.json',
    ])
    expect(text(files, 'readiness.md')).toContain('the policy folder is not the one')
    expect(await call({}, 'evidence', 'verify', '@later')).toMatchObject({ code: 0 })
    expect((await call({ ...env, POLICY_DIR: at('none') }, 'evidence', passed, '--out', '@without')).code).toBe(0)
  })
})

describe('verified in another folder without Redis', () => {
  it.each([
    ['passed', ['--public-key', '@keys/audit.pub'], 0, /^PASS .* signed_by=[0-9a-f]{64} anchored_records=\d+\n$/],
    ['passed', [], 0, /the key is the one in the package/],
    ['passed', ['--public-key', '@other/audit.pub'], 1, /signature_invalid: .* not among the public keys/],
    ['blocked', [], 0, /signed_by=nobody/],
    ['blocked', ['--public-key', '@keys/audit.pub'], 1, /signature_invalid: the package is not signed/],
    ['keys', [], 1, /file_missing: MANIFEST/],
    ['nowhere', [], 2, /is not an evidence package that can be read/],
  ])('%s %j exits %i', async (name, more, code, says) => {
    const elsewhere = await mkdtemp(at('elsewhere-'))
    if (name !== 'nowhere') await cp(at(name), join(elsewhere, name), { recursive: true })
    const answer = await call({}, 'evidence', 'verify', join(elsewhere, name), ...more)
    expect(answer).toMatchObject({ code })
    expect(answer.out + answer.err).toMatch(says)
  })
})

const flipped = (bytes: Buffer, position: number): Buffer => {
  const changed = Buffer.from(bytes)
  changed[position] = (changed[position] ?? 0) ^ 1
  return changed
}

/** The list of digests made anew, as somebody would who knows the format. */
const relisted = (files: PackageFiles): PackageFiles => new Map([...files, [MANIFEST, Buffer.from(manifestOf(files))]])

describe('refused', () => {
  it.each(['passed', 'blocked'])('%s with one byte changed, in every file, first, middle and last', async (name) => {
    const files = await readPackage(at(name))
    for (const [path, bytes] of files)
      for (const position of [0, bytes.length >> 1, bytes.length - 1]) {
        const { problems } = await verifyPackage(
          at(name),
          new Map([...files, [path, flipped(bytes, position)]]),
          new Map(),
        )
        expect({ path, position, found: problems.length > 0 }).toEqual({ path, position, found: true })
      }
  })

  it('with a file missing or added', async () => {
    const files = await readPackage(at('passed'))
    for (const path of files.keys()) {
      const without = new Map([...files].filter(([name]) => name !== path))
      const { problems } = await verifyPackage(at('passed'), without, new Map())
      expect(problems).toEqual([{ code: 'file_missing', message: expect.stringContaining(path) }])
    }
    const added = new Map([...files, ['notes.txt', Buffer.from('x')]] as [string, Buffer][])
    expect((await verifyPackage(at('passed'), added, new Map())).problems).toMatchObject([{ code: 'file_added' }])
    expect((await verifyPackage(at('passed'), relisted(added), new Map())).problems).toContainEqual({
      code: 'file_added',
      message: 'notes.txt does not belong to the package',
    })
  })

  it.each<[string, string | RegExp, string]>([
    ['readiness.md', 'blocked', 'passed'],
    ['validation.md', 'Exit code: 1', 'Exit code: 0'],
    ['incident_event.json', 'orders-db', 'orders-dc'],
    ['plan.json', 'null', '{}'],
    ['trace.jsonl', '"actor":"worker:test"', '"actor":"worker:else"'],
    ['inputs.json', 'backup_verified=false', 'backup_verified=maybe'],
    ['policy/services.yaml', 'stateful: true', 'stateful: false'],
    ['policy/terms-readiness.json', '"stateful":{', '"stateles":{'],
    ['policy/digests.json', 'the whole folder', 'something'],
    ['card/readiness.json', 'true', 'false'],
    ['verdict.intoto.json', '"FAILED"', '"PASSED"'],
  ])('%s edited, with the list of digests made anew', async (path, from, to) => {
    const files = await readPackage(at('blocked'))
    expect(text(files, path)).toMatch(from)
    const edited = relisted(new Map([...files, [path, Buffer.from(text(files, path).replace(from, to))]]))
    expect((await verifyPackage(at('blocked'), edited, new Map())).problems.map(({ code }) => code)).toContain(
      'not_identical',
    )
  })

  it.each(['verdict.dsse.json', 'checkpoint.json'])('%s of another package', async (path) => {
    const files = await readPackage(at('passed'))
    await make(blocked, `other-${path}`, ...ANCHORED)
    const other = (await readPackage(at(`other-${path}`))).get(path) as Buffer
    const changed = path === 'checkpoint.json' ? Buffer.from(String(other).replace(passed, 'HM-1')) : other
    const { problems } = await verifyPackage(at('passed'), relisted(new Map([...files, [path, changed]])), new Map())
    expect(problems.map(({ code }) => code)).toContain(
      path === 'checkpoint.json' ? 'checkpoint_invalid' : 'signature_invalid',
    )
  })
})

describe('no package is made', () => {
  it.each([
    ['without an incident', [], 2, 'name the incident'],
    ['of what is no id', ['x', '--out', '@x'], 2, "'x' is not an incident id"],
    ['of an incident nobody knows', ['HM-1', '--out', '@x'], 2, "there is no incident 'HM-1'"],
    ['nowhere', ['HM-1'], 2, '--out <dir>'],
    ['over another', ['HM-1', '--out', '@passed'], 2, 'is not empty and is not written over'],
    ['over a file', ['HM-1', '--out', '@checkpoints.jsonl'], 2, 'a file stands where a folder is needed'],
    ['with half of what checkpoints take', ['HM-1', '--out', '@x', '--checkpoints', 'c'], 2, 'belong together'],
  ])('%s', async (_, args, code, says) => {
    expect(await call(env, 'evidence', ...args)).toMatchObject({ code, err: expect.stringContaining(says) })
    const { out } = await call(env, 'evidence', ...args, '--json')
    expect(JSON.parse(out)).toMatchObject({ outcome: 'error', error: { message: expect.stringContaining(says) } })
  })

  it.each(['/proc/x', '/proc/x/y', '@checkpoints.jsonl/x'])('where none can be: %s', async (out) => {
    const named = out.replace('@', `${folder}/`)
    const before = (await readdir(folder)).sort()
    expect(await call(env, 'evidence', passed, '--out', out)).toMatchObject({
      code: 2,
      err: expect.stringMatching(new RegExp(`--out '${named}' cannot be written \\(EN.+ name another`)),
    })
    expect((await readdir(folder)).sort()).toEqual(before)
  })

  it('of a record that was tampered with', async () => {
    const key = pipeline.ledger.keys.incident(blocked)
    const kept = await pipeline.redis.hget(key, 'decision:readiness')
    await pipeline.redis.hset(
      key,
      'decision:readiness',
      kept?.replace('backup_verified=false', 'backup_verified=true') ?? '',
    )
    const made = await call(env, 'evidence', blocked, '--out', '@tampered')
    await pipeline.redis.hset(key, 'decision:readiness', kept ?? '')
    expect(made).toMatchObject({ code: 1, err: expect.stringContaining('not_identical: readiness') })
    expect(await readFile(at('tampered')).catch(({ code }) => code)).toBe('ENOENT')
  })
})
