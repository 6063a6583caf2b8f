/** The file of tokens: what it may say, and what comes of a change to it while the process runs. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createMetrics } from '../../shared/telemetry/metrics.ts'
import { followTokens } from './follow-tokens.ts'
import { hashOf, ownerOf, parseOperatorTokens } from './operator-tokens.ts'

const [ONE, TWO] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')]
const entry = (token: string, name = 'anna', role = 'reviewer') =>
  `- { name: ${name}, role: ${role}, sha256: ${hashOf(token)} }\n`

describe('parseOperatorTokens', () => {
  it('reads names, roles and hashes, several of one name, and none where it says so', () => {
    const tokens = parseOperatorTokens('tokens', entry(ONE) + entry(TWO))
    expect(ownerOf(ONE, tokens)).toEqual({ name: 'anna', role: 'reviewer', means: 'token' })
    expect(ownerOf(TWO, tokens)).toEqual({ name: 'anna', role: 'reviewer', means: 'token' })
    for (const nobodys of [hashOf(ONE), ONE.slice(1), `${ONE} `, '']) expect(ownerOf(nobodys, tokens)).toBeNull()
    expect(parseOperatorTokens('tokens', '[]')).toEqual([])
  })

  it.each([
    ['nothing', '', /it is empty: write \[\]/],
    ['nothing but a comment', '# nobody\n', /it is empty: write \[\]/],
    ['no list', 'name: anna', /a list of \{name, role, sha256\}/],
    ['an unknown role', entry(ONE, 'anna', 'admin'), /0\.role: viewer, reviewer or operator/],
    ['no name', entry(ONE, '""'), /0\.name: say whose it is/],
    ['a name that steers a terminal', entry(ONE, '"\\e[2J"'), /0\.name: one line/],
    ['a key it does not know', `- { name: a, role: viewer, sha256: ${hashOf(ONE)}, admin: true }`, /0: .*admin/],
    ['one token under two names', entry(ONE) + entry(ONE, 'ben', 'operator'), /a sha256 stands in it twice/],
    ['broken YAML', '- { name: anna', /not valid YAML/],
    [
      'the token where its hash belongs',
      `- { name: a, role: viewer, sha256: ${ONE} }`,
      /0\.sha256: .*64 lower case hex/,
    ],
  ])('refuses %s, and shows no value of the file', (_, text, problem) => {
    const parse = () => parseOperatorTokens('tokens.yaml', text)
    expect(parse).toThrow(problem)
    expect(parse).toThrow(/^tokens\.yaml /)
    for (const value of [ONE, hashOf(ONE)]) expect(parse).not.toThrow(value)
  })
})

describe('followTokens', () => {
  const open = async (text: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'interlock-tokens-'))
    const [file, event] = [join(folder, 'tokens.yaml'), vi.fn()]
    await writeFile(file, text)
    const metrics = createMetrics('0')
    const tokens = await followTokens(file, metrics, { event }, 5)
    onTestFinished(async () => {
      tokens.close()
      await rm(folder, { recursive: true })
    })
    const events = () => event.mock.calls.map(([name]) => name)
    const refused = async () => (await metrics.operatorTokensRefused.get()).values[0]?.value
    return { file, tokens, events, refused, has: (token: string) => ownerOf(token, tokens.current()) !== null }
  }

  it('takes a change, and revokes who is no longer in it', async () => {
    const { file, has, events } = await open(entry(ONE))
    expect([has(ONE), has(TWO)]).toEqual([true, false])
    await writeFile(file, entry(TWO))
    await vi.waitFor(() => expect([has(ONE), has(TWO)]).toEqual([false, true]))
    await writeFile(file, '[]')
    await vi.waitFor(() => expect(has(TWO)).toBe(false))
    expect(events().every((name) => name === 'operators_loaded')).toBe(true)
  })

  it('lets nobody out because the file was emptied, and says so', async () => {
    const { file, has, events, refused } = await open(entry(ONE))
    expect(await refused()).toBe(0)
    await writeFile(file, '')
    await vi.waitFor(() => expect(events().at(-1)).toBe('operators_refused'))
    expect([has(ONE), await refused()]).toEqual([true, 1])
    await writeFile(file, entry(ONE))
    await vi.waitFor(() => expect(events().at(-1)).toBe('operators_loaded'))
    expect([has(ONE), await refused()]).toEqual([true, 1])
  })

  it('refuses a change that cannot be used, once and loudly, and takes the next one that can', async () => {
    const { file, has, events } = await open(entry(ONE))
    await rm(file)
    await vi.waitFor(() => expect(events()).toEqual(['operators_loaded', 'operators_refused']))
    expect(has(ONE)).toBe(true)
    await writeFile(file, entry(ONE))
    await vi.waitFor(() => expect(events().at(-1)).toBe('operators_loaded'))
    expect(has(ONE)).toBe(true)
  })

  it.each([
    ['without the file', '/nowhere/tokens.yaml', 'ENOENT): correct the path, or make the file'],
    ['with a folder', '/', 'EISDIR): it is a folder: name the file in it'],
  ])('does not start %s, and says how to mend it', async (_, path, says) => {
    await expect(followTokens(path, createMetrics('0'), { event: vi.fn() })).rejects.toMatchObject({
      code: 'operators_invalid',
      message: `OPERATOR_TOKENS_FILE is "${path}": it cannot be read (${says}`,
    })
  })
})
