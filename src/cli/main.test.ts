import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, open, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import about from '../../package.json' with { type: 'json' }
import { COMMANDS } from './commands.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const bin = join(root, 'bin/interlock')

interface Ended {
  code: number | null
  out: string
  err: string
}
const call = (file: string, args: readonly string[], cwd = root): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(file, args, { cwd }, (_, out, err) => resolve({ code: child.exitCode, out, err }))
  })

/** Calls the frame with a command of this test's own; `body` is the command's action. */
const callWith = (body: string, ...args: string[]): Promise<Ended> => {
  const script = `
    import { Command } from 'commander'
    import { CommandError } from './src/cli/answer.ts'
    import { main } from './src/cli/main.ts'
    const load = async () => new Command('own').option('--json').addCommand(new Command('part')).action(async () => { ${body} })
    await main(${JSON.stringify(['own', ...args])}, { own: { does: 'test', load } })`
  return call(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script])
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock cli '))
})
afterAll(() => rm(folder, { recursive: true }))

describe('interlock', () => {
  it('lists every command with what it does, and examples', async () => {
    const { code, out } = await call(bin, ['--help'])
    expect(code).toBe(0)
    for (const [name, { does }] of Object.entries(COMMANDS)) expect(out).toMatch(new RegExp(`^  ${name} +${does}`, 'm'))
    expect(out).toContain('$ interlock demo')
  })

  it('prints its version', async () => {
    expect(await call(bin, ['--version'])).toEqual({ code: 0, out: `${about.version}\n`, err: '' })
  })

  it('without a command is a usage error: a script whose variable was empty has not passed', async () => {
    const { code, out, err } = await call(bin, [])
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toContain('interlock: a command is missing; see "interlock --help"')
  })

  it.each([
    [['redines'], 'unknown_command', `unknown command 'redines' (Did you mean readiness?); see "interlock --help"`],
    [['shwo', '--help'], 'unknown_command', `unknown command 'shwo' (Did you mean show?); see "interlock --help"`],
    [['help', 'shwo'], 'unknown_command', `unknown command 'shwo' (Did you mean show?); see "interlock --help"`],
    [['toString'], 'unknown_command', `unknown command 'toString'; see "interlock --help"`],
    [['--jsn'], 'unknown_option', `unknown option '--jsn'`],
  ])('%s: exit 2 and %s, as text and as JSON', async (args, errorCode, message) => {
    const text = await call(bin, args)
    expect(text).toMatchObject({ code: 2, out: '' })
    expect(text.err).toContain(`interlock: ${message}`)
    const json = await call(bin, [...args, '--json'])
    expect(json).toMatchObject({ code: 2, err: '' })
    expect(JSON.parse(json.out)).toEqual({
      outcome: 'error',
      error: { code: errorCode, message: expect.stringContaining(message) },
    })
  })

  it('runs from any folder, through a link', async () => {
    await symlink(bin, join(folder, 'link'))
    expect(await call(join(folder, 'link'), ['--version'], folder)).toMatchObject({
      code: 0,
      out: `${about.version}\n`,
    })
  })

  it('runs from a checkout whose path has spaces, and says so when its packages are missing', async () => {
    for (const part of ['bin', 'scripts', 'src', 'bench', 'package.json'])
      await cp(join(root, part), join(folder, 'check out', part), { recursive: true })
    const copy = join(folder, 'check out/bin/interlock')
    expect((await call(copy, ['--version'])).err).toMatch(
      /^interlock: .* not installed; run "npm ci" in .*check out\n$/,
    )
    await symlink(join(root, 'node_modules'), join(folder, 'check out/node_modules'))
    expect(await call(copy, ['--version'], folder)).toMatchObject({ code: 0, out: `${about.version}\n` })
  })

  it('says which Node it needs when it runs on an older one', async () => {
    const script = `Object.defineProperty(process.versions, 'node', { value: '20.18.3' }); require(${JSON.stringify(bin)})`
    const ended = await call(process.execPath, ['-e', script])
    expect(ended).toMatchObject({ code: 2, out: '' })
    expect(ended.err).toBe('interlock: Node 20.18.3 is too old; install Node 20.19 or newer\n')
  })

  it('is quiet when nobody reads its output', async () => {
    const child = spawn(bin, ['--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let err = ''
    child.stderr.on('data', (text) => {
      err += text
    })
    await once(child, 'close')
    expect(err).toBe('')
  })

  it('says so when its answer cannot be written, and has not passed', async () => {
    const unwritable = await open(bin, 'r')
    const child = spawn(bin, ['--version'], { stdio: ['ignore', unwritable.fd, 'pipe'] })
    let err = ''
    child.stderr?.on('data', (text) => {
      err += text
    })
    const [code] = await once(child, 'close')
    await unwritable.close()
    expect({ code, err }).toEqual({ code: 2, err: 'interlock: the answer cannot be written (EBADF)\n' })
  })
})

describe('a command', () => {
  it.each([
    ['throws a coded error', `throw new CommandError('bad_card', 'scores.spec is 6')`, 'bad_card', 'scores.spec is 6'],
    ['throws any error', `throw new TypeError('x is not a function')`, 'internal_error', 'x is not a function'],
    ['throws later', `setTimeout(() => { throw new Error('late') })`, 'internal_error', 'late'],
    ['forgets a rejection', `void Promise.reject(new Error('lost'))`, 'internal_error', 'lost'],
    ['waits for ever', `await new Promise(() => {})`, 'internal_error', 'the command ended without an answer'],
  ])('that %s exits 2 with the message and no stack trace', async (_, body, errorCode, message) => {
    expect(await callWith(body)).toEqual({ code: 2, out: '', err: `interlock: ${message}\n` })
    const json = await callWith(body, '--json')
    expect(json).toMatchObject({ code: 2, err: '' })
    expect(JSON.parse(json.out)).toEqual({ outcome: 'error', error: { code: errorCode, message } })
  })

  it('that returns keeps the exit code it set', async () => {
    expect(await callWith('process.exitCode = 1')).toEqual({ code: 1, out: '', err: '' })
    expect(await callWith('')).toEqual({ code: 0, out: '', err: '' })
  })

  it.each([
    [['--wrong'], 'interlock own'],
    [['part', '--wrong'], 'interlock own part'],
  ])('called with %s points to its own help', async (args, command) => {
    const err = `interlock: unknown option '--wrong'; see "${command} --help"\n`
    expect(await callWith('', ...args)).toEqual({ code: 2, out: '', err })
  })
})
