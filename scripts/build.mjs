/**
 * Makes dist/ from the sources when they are newer: plain JavaScript, since a worker that translates its own TypeScript
 * takes half as much memory again. Asked by every start from a checkout; two at once do the same and harm nothing.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')
const ENTRIES = {
  interlock: 'src/cli/main.ts',
  bench: 'bench/bench.ts',
  growth: 'bench/growth.ts',
  'stop-latency': 'bench/stop-latency.ts',
  tamper: 'bench/tamper.ts',
}

const sources = () =>
  ['src', 'bench']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() || entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name)),
    )

const modified = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0)

/** A folder's own time changes when a file in it comes or goes. */
const isCurrent = (files) => {
  const built = modified(join(dist, 'interlock.js'))
  const others = ['src', 'bench', 'package.json', 'scripts/build.mjs'].map((path) => join(root, path))
  return built > 0 && [...files, ...others].every((file) => modified(file) < built)
}

/** Whole or not at all, so that a process that starts meanwhile never reads half a file. */
const place = (name, contents) => {
  const draft = join(dist, `.${name}.${process.pid}`)
  writeFileSync(draft, contents)
  renameSync(draft, join(dist, name))
}

/** The entries last: what they import is there when they are. */
const write = (outputs, luaFiles) => {
  mkdirSync(dist, { recursive: true })
  for (const file of luaFiles) place(basename(file), readFileSync(file))
  const names = Object.keys(ENTRIES).map((name) => `${name}.js`)
  const isEntry = ({ path }) => names.includes(basename(path))
  for (const output of outputs.sort((a, b) => isEntry(a) - isEntry(b))) place(basename(output.path), output.contents)
}

export const buildWhenStale = async () => {
  const files = sources()
  if (files.length === 0 || isCurrent(files)) return
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir: dist,
    write: false,
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
    logLevel: 'silent',
  })
  write(
    outputFiles,
    files.filter((file) => file.endsWith('.lua')),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWhenStale()
