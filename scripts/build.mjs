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
  'bare-door': 'bench/bare-door.ts',
  decide: 'bench/decide.ts',
  door: 'bench/door.ts',
  growth: 'bench/growth.ts',
  perf: 'bench/perf.ts',
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
const place = (folder, name, contents) => {
  const draft = join(folder, `.${name}.${process.pid}`)
  writeFileSync(draft, contents)
  renameSync(draft, join(folder, name))
}

/** The entries last: what they import is there when they are. */
const write = (folder, outputs, luaFiles) => {
  mkdirSync(folder, { recursive: true })
  for (const { name, text } of luaFiles) place(folder, name, text)
  const names = Object.keys(ENTRIES).map((name) => `${name}.js`)
  const isEntry = ({ path }) => names.includes(basename(path))
  for (const output of outputs.sort((a, b) => isEntry(a) - isEntry(b)))
    place(folder, basename(output.path), output.contents)
}

/** The text of a source, with what is to be changed in it. Where that does not stand once, the change means nothing. */
const textOf = (path, changes) =>
  changes
    .filter(({ file }) => join(root, file) === path)
    .reduce(
      (text, { file, from, to }) => {
        const parts = text.split(from)
        if (parts.length !== 2)
          throw new Error(`${file} has ${JSON.stringify(from)} ${parts.length - 1} times, not once`)
        return parts.join(to)
      },
      readFileSync(path, 'utf8'),
    )

const buildTo = async (folder, { entries, faults, changes }) => {
  const { build } = await import('esbuild')
  const read = ({ path }) => ({ contents: textOf(path, changes), loader: 'ts' })
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: folder,
    write: false,
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
    logLevel: 'silent',
    // Crash points exist in a faults build alone: elsewhere a call of one is a call of nothing and is left out.
    define: { FAULTS_BUILD: String(faults) },
    minifySyntax: true,
    plugins: changes.length > 0 ? [{ name: 'changes', setup: ({ onLoad }) => onLoad({ filter: /\.ts$/ }, read) }] : [],
  })
  const luaFiles = sources().filter((file) => file.endsWith('.lua'))
  write(
    folder,
    outputFiles,
    luaFiles.map((file) => ({ name: basename(file), text: textOf(file, changes) })),
  )
}

export const buildWhenStale = async () => {
  const files = sources()
  if (files.length > 0 && !isCurrent(files)) await buildTo(dist, { entries: ENTRIES, faults: false, changes: [] })
}

/** `node scripts/build.mjs --faults <folder> <changes>`: for the fault tests, with `[{ file, from, to }]` changed. */
const [, script, option, folder, changes] = process.argv
if (script === fileURLToPath(import.meta.url)) {
  if (option !== '--faults') await buildWhenStale()
  else
    await buildTo(join(root, folder), {
      entries: { interlock: ENTRIES.interlock },
      faults: true,
      changes: JSON.parse(changes),
    })
}
