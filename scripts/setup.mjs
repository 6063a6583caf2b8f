/**
 * Makes the checkout ready: `node scripts/setup.mjs [redis] [prometheus] [alertmanager]`. Needs nothing but Node, no root, and changes
 * nothing outside the checkout, unless brew is all there is. What is there already is left alone, in a tenth of a second.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cache = join(root, '.cache')

/** `binaries`: of each list any on PATH will do. `packages`: Debian's, with the libraries a bare system lacks. */
const TOOLS = {
  redis: {
    given: () => Boolean(process.env.REDIS_URL),
    binaries: [['redis-server', 'valkey-server']],
    unpacked: ['redis-server'],
    packages: ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1', 'libssl3'],
    brew: 'redis',
    advice: 'install one (apt-get install redis-server, or brew install redis) or set REDIS_URL',
  },
  prometheus: {
    given: () => false,
    binaries: [['prometheus'], ['promtool']],
    unpacked: ['prometheus', 'promtool'],
    packages: ['prometheus'],
    brew: 'prometheus',
    advice: 'install it (apt-get install prometheus, or brew install prometheus)',
  },
  alertmanager: {
    given: () => false,
    binaries: [['prometheus-alertmanager', 'alertmanager'], ['amtool']],
    unpacked: ['prometheus-alertmanager', 'amtool'],
    packages: ['prometheus-alertmanager'],
    brew: 'alertmanager',
    advice: 'install it (apt-get install prometheus-alertmanager, or brew install alertmanager)',
  },
}

const say = (text) => process.stderr.write(`setup: ${text}\n`)

const succeeds = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: root, stdio: 'ignore', ...options }).status === 0

const runs = (binary) => succeeds(binary, ['--version'], { timeout: 10_000 })

/** What npm notes of an installation, against what the lock file asks for. A package for another system may be absent. */
const packagesAreInstalled = () => {
  const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages
  try {
    const wanted = read('package-lock.json')
    const installed = read('node_modules/.package-lock.json')
    return (
      Object.entries(wanted).every(
        ([path, { version, optional, peer }]) =>
          path === '' || (installed[path] ? installed[path].version === version : optional || peer),
      ) && Object.keys(installed).every((path) => path in wanted)
    )
  } catch {
    return false
  }
}

const installPackages = () => {
  if (packagesAreInstalled()) return
  say('installing packages (npm ci) …')
  const { status } = spawnSync('npm', ['ci'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) {
    say('npm ci failed, see above')
    process.exit(1)
  }
}

/** Package lists of our own, where the system has none or old ones and only root could renew them. */
const ownLists = () => {
  const apt = join(cache, 'apt')
  for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(apt, folder), { recursive: true })
  const options = { 'Dir::State::lists': join(apt, 'lists'), 'Dir::Cache': join(apt, 'cache'), 'Debug::NoLocking': '1' }
  const args = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return succeeds('apt-get', [...args, '-o', 'APT::Sandbox::User=root', 'update']) ? args : null
}

/** A package that a release does not have, or has under another name, is left out: the check is whether it runs. */
const download = (packages, folder, options) => {
  const all = succeeds('apt-get', [...options, 'download', ...packages], { cwd: folder })
  return (
    all || packages.filter((name) => succeeds('apt-get', [...options, 'download', name], { cwd: folder })).length > 0
  )
}

const wrapper = (tool, binary) => `#!/bin/sh
here=\${0%/*}
for folder in "$here"/../${tool}/usr/lib/*-linux-* "$here"/../${tool}/lib/*-linux-*; do
  LD_LIBRARY_PATH="$folder\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
done
export LD_LIBRARY_PATH
exec "$here/../${tool}/usr/bin/${binary}" "$@"
`

const unpack = (name, { packages, unpacked }) => {
  const folder = join(cache, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  mkdirSync(join(cache, 'bin'), { recursive: true })
  if (!download(packages, folder, [])) {
    const lists = ownLists()
    if (!lists || !download(packages, folder, lists)) return false
  }
  for (const file of readdirSync(folder).filter((file) => file.endsWith('.deb'))) {
    if (!succeeds('dpkg-deb', ['-x', join(folder, file), folder])) return false
    rmSync(join(folder, file))
  }
  for (const binary of unpacked) {
    writeFileSync(join(cache, 'bin', binary), wrapper(name, binary))
    chmodSync(join(cache, 'bin', binary), 0o755)
  }
  return runs(join(cache, 'bin', unpacked[0]))
}

const provide = (name) => {
  const tool = TOOLS[name]
  const own = join(cache, 'bin', tool.unpacked[0])
  const isThere = () => tool.binaries.every((any) => any.some(runs))
  if (tool.given() || isThere() || (existsSync(own) && runs(own))) return
  say(`no ${name} on this machine: fetching one …`)
  const done = unpack(name, tool) || (succeeds('brew', ['install', tool.brew]) && isThere())
  if (!done) rmSync(own, { force: true })
  say(done ? `${name} is ready` : `could not get ${name}: ${tool.advice}`)
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(TOOLS, name))
if (unknown.length > 0) {
  say(`unknown: ${unknown.join(', ')}; known are ${Object.keys(TOOLS).join(', ')}`)
  process.exit(2)
}
installPackages()
for (const name of asked) provide(name)
