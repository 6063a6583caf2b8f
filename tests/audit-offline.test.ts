/** `interlock audit` where there is no Redis: keys, and verification from an export, the checkpoints and a public key. */
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportLines } from '../src/cli/audit/traces-in-file.ts'
import { ACCEPTED_AT, checkpointAfter, endOf, SIGNER, traceOf } from '../src/shared/audit/trace.fixture.ts'
import type { AuditRecord } from '../src/shared/contracts/audit-record.ts'
import { interlock } from './support/interlock.ts'

let folder: string
const at = (name: string) => join(folder, name)
const pem = (key: typeof SIGNER.publicKey) => String(key.export({ type: 'spki', format: 'pem' }))

const stored = (trace: readonly AuditRecord[]) => {
  const { incident_id, head, records } = endOf(trace)
  return exportLines({ incident_id, head: { head, records }, trace })
}
const [one, two] = [traceOf('HM-1', 4), traceOf('HM-2', 2)]
const next = { ...SIGNER, ...generateKeyPairSync('ed25519') }
const first = checkpointAfter(null, [endOf(one.slice(0, 2)), endOf(two)])
const second = checkpointAfter(first, [endOf(one.slice(0, 3))], next)
const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock audit '))
  await writeFile(at('traces.jsonl'), stored(one) + stored(two))
  await writeFile(at('checkpoints.jsonl'), lines([first, second]))
  await writeFile(at('first.pub'), pem(SIGNER.publicKey))
  await writeFile(at('next.pub'), pem(next.publicKey))
  await writeFile(at('nothing'), '')
  await writeFile(at('private'), SIGNER.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await writeFile(at('rsa.pub'), pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey))
})
afterAll(() => rm(folder, { recursive: true }))

const verify = (...args: string[]) =>
  interlock(['audit', 'verify', ...args.map((arg) => arg.replace(/^@/, `${folder}/`))])
const CHECKPOINTS = ['--checkpoints', '@checkpoints.jsonl', '--public-key', '@first.pub', '@next.pub']

describe('keygen', () => {
  it('makes a pair that openssl and Node know, the private one for its owner alone', async () => {
    const { code, out } = await interlock(['audit', 'keygen', '--out', at('keys'), '--json'])
    expect(code).toBe(0)
    const der = createPublicKey(await readFile(at('keys/audit.pub'), 'utf8')).export({ type: 'spki', format: 'der' })
    expect(JSON.parse(out)).toEqual({
      outcome: 'ok',
      key_id: createHash('sha256').update(der).digest('hex'),
      private_key: at('keys/audit.key'),
      public_key: at('keys/audit.pub'),
    })
    expect((await stat(at('keys/audit.key'))).mode & 0o777).toBe(0o600)
  })

  it.each(['audit.key', 'audit.pub'])('never writes over an %s', async (name) => {
    const keys = await mkdtemp(at('keys-'))
    await writeFile(join(keys, name), 'kept')
    const { code, err } = await interlock(['audit', 'keygen', '--out', keys])
    expect(code).toBe(2)
    expect(err).toContain(`${join(keys, name)} exists and is not overwritten`)
    expect(await readFile(join(keys, name), 'utf8')).toBe('kept')
    expect(await readdir(keys)).toEqual([name])
  })
})

describe('verify from an export', () => {
  it('passes what is intact, signed with two keys after a rotation, and counts what is not signed yet', async () => {
    expect(await verify('--file', '@traces.jsonl', ...CHECKPOINTS)).toEqual({
      code: 0,
      out: `PASS incidents=2 records=6 checkpoints=2 last=${second.at} unanchored=1 expired=0\n`,
      err: '',
    })
  })

  it('sees a member that one record states twice', async () => {
    await writeFile(at('twice.jsonl'), stored(one).replace('"seq":2', '"seq":2,"seq":2') + stored(two))
    expect(await verify('--file', '@twice.jsonl')).toMatchObject({
      code: 1,
      err: expect.stringContaining('HM-1: record 2 is not in the form of a record'),
    })
  })

  it('names every problem with its incident, record and checkpoint', async () => {
    const forged = traceOf('HM-1', 4, 'b')
    await writeFile(at('forged.jsonl'), stored(forged))
    const { code, out, err } = await verify('--file', '@forged.jsonl', ...CHECKPOINTS)
    expect({ code, out, err: err.split('\n') }).toEqual({
      code: 1,
      out: '',
      err: [
        `BLOCK incidents=1 records=4 checkpoints=2 last=${second.at} unanchored=4 expired=0 broken=3`,
        `  - audit_trace_incomplete: HM-1: record 1 is not the one that checkpoint 0 of ${first.at} lists`,
        `  - audit_trace_incomplete: HM-1: record 2 is not the one that checkpoint 1 of ${second.at} lists`,
        `  - audit_trace_incomplete: HM-2: the incident is gone, checkpoint 0 of ${first.at} lists it with 2 records`,
        '',
      ],
    })
    expect(await verify('--file', '@forged.jsonl')).toMatchObject({ code: 0, out: 'PASS incidents=1 records=4\n' })
  })

  it('gives one JSON document', async () => {
    await writeFile(at('cut.jsonl'), stored(one.slice(0, 1)) + stored(two))
    const { code, out, err } = await verify('--file', '@cut.jsonl', ...CHECKPOINTS, '--json')
    expect({ code, err }).toEqual({ code: 1, err: '' })
    const problem = (records: number, { seq, at }: typeof first) => ({
      ...{ incident_id: 'HM-1', record: null, checkpoint: seq },
      problem: `the trace has 1 records, checkpoint ${seq} of ${at} lists ${records}`,
    })
    expect(JSON.parse(out)).toEqual({
      ...{ outcome: 'block', incidents: 2, records: 3, checkpoints: 2, last: { seq: 1, at: second.at } },
      ...{ torn: false, unanchored: 1, expired: 0, broken: [problem(2, first), problem(3, second)] },
    })
  })

  it('sees a record that is no longer one, whatever was made of it', async () => {
    await writeFile(at('odd.jsonl'), stored(one).replace('"event":"readiness_evaluated"', '"event":["all","fine"]'))
    const { code, err } = await verify('--file', '@odd.jsonl')
    expect(code).toBe(1)
    expect(err).toContain('  - audit_trace_incomplete: HM-1: record 2 was changed: its hash does not match')
  })

  it('leaves nothing in its words that could steer a terminal', async () => {
    await writeFile(at('steer.jsonl'), stored(one).replaceAll('HM-1', 'HM-1\\u001b[2K\\r'))
    const { code, err } = await verify('--file', '@steer.jsonl')
    expect(code).toBe(1)
    expect(err).toContain('HM-1')
    expect(err).not.toContain('\u001b')
  })

  it.each<[string, string, RegExp]>([
    ['a changed checkpoint', lines([{ ...first, at: second.at }, second]), /line 1: checkpoint 0 was changed: its sig/],
    ['a missing checkpoint', lines([second]), /line 1: checkpoint 1 stands where checkpoint 0 belongs/],
    ['a line that is none', `${lines([first])}{}\n${lines([second])}`, /line 2 is not a checkpoint/],
  ])('sees %s in the file', async (_, text, problem) => {
    await writeFile(at('edited.jsonl'), text)
    const given = CHECKPOINTS.with(1, '@edited.jsonl')
    const { code, err } = await verify('--file', '@traces.jsonl', ...given)
    expect(code).toBe(1)
    expect(err).toMatch(new RegExp(`^  - checkpoint_invalid: ${problem.source}`, 'm'))
  })

  it('takes no key for replaced because somebody else has put a checkpoint of his own in the place of one', async () => {
    const stranger = checkpointAfter(first, [endOf(two)], { ...SIGNER, ...generateKeyPairSync('ed25519') })
    const third = checkpointAfter(checkpointAfter(first, [endOf(one)]), [endOf(two)])
    await writeFile(at('between.jsonl'), lines([first, stranger, third, checkpointAfter(third, [endOf(one)])]))
    const { code, err } = await verify('--file', '@traces.jsonl', ...CHECKPOINTS.with(1, '@between.jsonl'))
    expect({ code, lines: err.match(/line \d/g) }).toEqual({ code: 1, lines: ['line 2', 'line 3'] })
  })

  it('believes nothing that is signed with a key it was not given', async () => {
    const { code, err } = await verify(
      '--file',
      '@traces.jsonl',
      '--checkpoints',
      '@checkpoints.jsonl',
      '--public-key',
      '@next.pub',
    )
    expect(code).toBe(1)
    expect(err).toContain(`line 1: checkpoint 0 is signed with key ${first.key_id}, which is not among the public keys`)
    expect(err).toContain('unanchored=3')
  })

  it('leaves out a last line that a crash has cut off, and says so', async () => {
    await writeFile(at('torn.jsonl'), lines([first]) + lines([second]).slice(0, -1))
    const given = CHECKPOINTS.with(1, '@torn.jsonl')
    const { code, out } = await verify('--file', '@traces.jsonl', ...given)
    expect({ code, out: out.split('\n') }).toEqual({
      code: 0,
      out: [
        `PASS incidents=2 records=6 checkpoints=1 last=${first.at} unanchored=2 expired=0`,
        'the last line of the checkpoint file is unfinished, as a crash leaves it; not counted',
        '',
      ],
    })
  })

  it('does not hold against an export what was signed after it', async () => {
    await writeFile(at('older.jsonl'), stored(one.slice(0, 2)) + stored(two))
    expect(await verify('--file', '@older.jsonl', ...CHECKPOINTS)).toMatchObject({ code: 1 })
    const asOf = ['--as-of', '2026-05-18T14:00:00+02:00']
    expect(await verify('--file', '@older.jsonl', ...CHECKPOINTS, ...asOf)).toMatchObject({
      code: 0,
      out: `PASS incidents=2 records=4 checkpoints=1 last=${first.at} unanchored=0 expired=0\n`,
    })
  })

  it('lets go what the retention was allowed to remove, counted from the last checkpoint or the time given', async () => {
    await writeFile(at('empty.jsonl'), '')
    const given = ['--file', '@empty.jsonl', ...CHECKPOINTS]
    expect(Date.parse(second.at) - Date.parse(ACCEPTED_AT)).toBe(2 * 86_400_000)
    expect(await verify(...given, '--retention', '47h')).toMatchObject({
      code: 0,
      out: expect.stringContaining('expired=2'),
    })
    expect(await verify(...given, '--retention', '2d')).toMatchObject({ code: 1 })
    expect(await verify(...given, '--retention', '2d', '--as-of', '2026-05-20T12:00:00Z')).toMatchObject({ code: 0 })
  })
})

describe('verify refuses', () => {
  const known = ['--file', '@traces.jsonl', '--checkpoints', '@checkpoints.jsonl']
  it.concurrent.each<[string[], string, string]>([
    [known, 'option_invalid', 'name it with --public-key'],
    [['--public-key', '@first.pub'], 'option_invalid', '--public-key is about checkpoints'],
    [['--retention', '30d'], 'option_invalid', '--retention is about checkpoints'],
    [[...CHECKPOINTS, '--as-of', '2026-05-20T12:00:00Z'], 'option_invalid', 'name it with --file'],
    [
      ['--file', '@traces.jsonl', ...CHECKPOINTS, '--as-of', 'today'],
      'option_invalid',
      '--as-of is today: give a time like',
    ],
    [
      ['--file', '@traces.jsonl', ...CHECKPOINTS, '--as-of', '2026-05-17T12:00:00Z'],
      'invalid_input',
      'holds no checkpoint up to',
    ],
    [['--file', '@traces.jsonl', ...CHECKPOINTS, '--retention', '30'], 'option_invalid', 'a duration looks like'],
    [['--file', '@nowhere'], 'unreadable_file', 'cannot be read (ENOENT)'],
    [[...known, '--public-key', '@nowhere'], 'unreadable_file', 'nowhere'],
    [[...known, '--public-key', '@traces.jsonl'], 'key_invalid', 'is not a key in PEM form'],
    [[...known, '--public-key', '@private'], 'key_invalid', 'is a private key'],
    [[...known, '--public-key', '@rsa.pub'], 'key_invalid', 'is a key for rsa, not for Ed25519'],
    [
      [...CHECKPOINTS.with(1, '@nothing'), '--file', '@traces.jsonl'],
      'invalid_input',
      'holds no checkpoint, which proves nothing',
    ],
  ])('%s: %s', async (args, errorCode, message) => {
    const { code, out, err } = await verify(...args, '--json')
    expect({ code, err }).toEqual({ code: 2, err: '' })
    expect(JSON.parse(out)).toEqual({
      outcome: 'error',
      error: { code: errorCode, message: expect.stringContaining(message) },
    })
  })
})
