/**
 * Prints the bill of materials of what is shipped, as CycloneDX: `npm run --silent sbom`. npm makes it of all packages; told to
 * leave out those of development it also leaves out those that both need, so that they are taken out here, by the lock file.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { name, packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))

const called = (path, own) => own ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
const shipped = new Set(
  Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, one]) => `${called(path, one.name)}@${one.version}`),
)

const bom = JSON.parse(
  execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 26,
  }),
)
const own = bom.metadata.component
// npm calls it like the folder it is checked out in.
own.name = name
const kept = new Set([own['bom-ref']])
bom.components = bom.components.filter(({ name: of, version }) => shipped.has(`${of}@${version}`))
for (const component of bom.components) kept.add(component['bom-ref'])
bom.dependencies = bom.dependencies
  .filter(({ ref }) => kept.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) }))
process.stdout.write(`${JSON.stringify(bom, null, 2)}\n`)
