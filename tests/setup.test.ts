/** `scripts/setup.mjs` in a made-up checkout, with made-up npm, apt-get and dpkg-deb on a PATH of its own. */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const setup = fileURLToPath(new URL('../scripts/setup.mjs', import.meta.url))
const LOCK = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/for-another-system': { version: '1.0.0', optional: true },
  },
}

let checkout: string
const path = (name: string): string => join(checkout, 'path', name)
const put = (file: string, content: unknown): void =>
  writeFileSync(join(checkout, file), typeof content === 'string' ? content : JSON.stringify(content))
const putProgram = (name: string, body: string): void => {
  writeFileSync(path(name), `#!/bin/sh\necho "${name} $*" >> "$LOG"\n${body}\n`)
  chmodSync(path(name), 0o755)
}
const installed = (packages: Record<string, { version: string }>): void =>
  put('node_modules/.package-lock.json', { packages })
const run = (...args: string[]): { status: number | null; err: string; called: string[] } => {
  const log = join(checkout, 'log')
  rmSync(log, { force: true })
  const { status, stderr } = spawnSync(process.execPath, [join(checkout, 'scripts/setup.mjs'), ...args], {
    env: { PATH: join(checkout, 'path'), LOG: log },
    encoding: 'utf8',
  })
  return { status, err: stderr, called: existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [] }
}

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'interlock setup '))
  for (const folder of ['scripts', 'node_modules', 'path']) mkdirSync(join(checkout, folder))
  cpSync(setup, join(checkout, 'scripts/setup.mjs'))
  put('package-lock.json', LOCK)
  installed({ 'node_modules/a': { version: '1.0.0' } })
  putProgram('npm', `/bin/cp package-lock.json node_modules/.package-lock.json`)
})
afterEach(() => rmSync(checkout, { recursive: true }))

describe('packages', () => {
  it('are left alone when they are what the lock file asks for', () => {
    expect(run()).toEqual({ status: 0, err: '', called: [] })
  })

  it.each([
    ['another version', { 'node_modules/a': { version: '1.0.1' } }],
    ['one missing', {}],
    ['one too many', { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } }],
  ])('are installed once with %s', (_, packages) => {
    installed(packages)
    expect(run()).toMatchObject({ status: 0, called: ['npm ci'], err: expect.stringContaining('installing packages') })
    expect(run().called).toEqual([])
  })

  it('are installed when there are none', () => {
    rmSync(join(checkout, 'node_modules/.package-lock.json'))
    expect(run().called).toEqual(['npm ci'])
  })

  it('that cannot be installed end it', () => {
    installed({})
    putProgram('npm', 'exit 1')
    expect(run('redis')).toMatchObject({ status: 1, called: ['npm ci'], err: expect.stringContaining('npm ci failed') })
  })
})

describe('redis', () => {
  /** dpkg-deb `unpacks` a redis-server that says its version. */
  const putPackages = (): void => {
    putProgram('apt-get', 'echo > redis.deb')
    putProgram(
      'dpkg-deb',
      '/bin/mkdir -p "$3/usr/bin"; printf "#!/bin/sh\\n[ \\$1 = --version ]" > "$3/usr/bin/redis-server"; /bin/chmod +x "$3/usr/bin/redis-server"',
    )
  }

  it.each(['redis-server', 'valkey-server'])('is left alone when %s is on PATH', (name) => {
    putProgram(name, '')
    expect(run('redis')).toMatchObject({ status: 0, err: '', called: [expect.stringContaining('--version')] })
  })

  it('is unpacked into the checkout once, and is what the wrapper runs', () => {
    putPackages()
    expect(run('redis')).toMatchObject({ status: 0, err: expect.stringContaining('redis is ready') })
    expect(spawnSync(join(checkout, '.cache/bin/redis-server'), ['--version']).status).toBe(0)
    expect(run('redis')).toEqual({ status: 0, err: '', called: [] })
  })

  it('is fetched with package lists of the checkout when the system has none', () => {
    putPackages()
    putProgram('apt-get', 'case "$*" in *Dir::State::lists*) echo > redis.deb;; *) exit 100;; esac')
    const { called, err } = run('redis')
    expect(err).toContain('redis is ready')
    expect(called.filter((line) => line.includes(' update'))).toEqual([expect.stringContaining('.cache/apt/lists')])
  })

  it('comes from brew where there is no apt-get', () => {
    const server = JSON.stringify(path('redis-server'))
    putProgram('brew', `echo '#!/bin/sh' > ${server}; /bin/chmod +x ${server}`)
    expect(run('redis')).toMatchObject({ err: expect.stringContaining('redis is ready') })
    expect(run('redis')).toMatchObject({ status: 0, err: '' })
  })

  it.each([
    ['nothing to fetch it with', () => {}],
    [
      'a package that does not run',
      () => {
        putPackages()
        putProgram('dpkg-deb', '')
      },
    ],
  ])('is asked for, without failing, with %s', (_, prepare) => {
    prepare()
    expect(run('redis')).toMatchObject({ status: 0, err: expect.stringContaining('apt-get install redis-server') })
    expect(existsSync(join(checkout, '.cache/bin/redis-server'))).toBe(false)
  })
})

it('a prometheus without its promtool, or the other way round, is not all there is to have', () => {
  putProgram('prometheus', '')
  expect(run('prometheus').err).toContain('apt-get install prometheus')
  putProgram('promtool', '')
  expect(run('prometheus')).toMatchObject({ status: 0, err: '' })
  rmSync(path('prometheus'))
  expect(run('prometheus').err).toContain('apt-get install prometheus')
})

it.each(['prometheus-alertmanager', 'alertmanager'])('a %s with its amtool is all there is to have', (name) => {
  putProgram(name, '')
  expect(run('alertmanager').err).toContain('apt-get install prometheus-alertmanager')
  putProgram('amtool', '')
  expect(run('alertmanager')).toMatchObject({ status: 0, err: '' })
})

it('refuses a tool it does not know', () => {
  expect(run('postgres')).toMatchObject({ status: 2, err: expect.stringContaining('unknown: postgres') })
})
