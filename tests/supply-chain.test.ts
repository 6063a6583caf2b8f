/** What comes from others: pinned to its contents, without scripts, under licences that are known, and listed for a release. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { tableUnder } from './support/tables.ts'

const ROOT = join(import.meta.dirname, '..')
const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

const Package = z.looseObject({
  name: z.string().optional(),
  version: z.string(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().default(false),
  optional: z.boolean().default(false),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  hasInstallScript: z.boolean().default(false),
})
const Lock = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), Package) })
const { packages } = Lock.parse(JSON.parse(text('package-lock.json')))
const others = Object.entries(packages).flatMap(([path, one]) =>
  path === '' ? [] : [{ path, called: one.name ?? path.slice(path.lastIndexOf('node_modules/') + 13), ...one }],
)

/** Permissive, or weakly so at most: nothing that reaches over to what it is built into. */
const LICENCES = [
  ...[
    '0BSD',
    'Apache-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'BlueOak-1.0.0',
    'CC-BY-4.0',
    'ISC',
    'MIT',
    'MPL-2.0',
    'PSF-2.0',
  ],
  ...['MIT OR Apache-2.0', '(MIT AND Zlib)'],
]

describe('the lock file', () => {
  test('every package is pinned to its contents', () => {
    expect(others.length).toBeGreaterThan(400)
    const open = others.filter(({ integrity }) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''))
    // npm writes it for what it installs; these are for other platforms.
    expect(open.filter(({ optional, os, cpu }) => !optional || !(os ?? cpu)).map(({ path }) => path)).toEqual([])
  })

  test('no package comes from anywhere but the registry that npm is set to', () => {
    expect(others.filter(({ resolved }) => resolved !== undefined).map(({ path }) => path)).toEqual([])
  })

  test('every licence is known', () => {
    expect(others.filter(({ license = '' }) => !LICENCES.includes(license)).map(({ path }) => path)).toEqual([])
  })

  test('what is asked for is exact', () => {
    const { dependencies, devDependencies } = JSON.parse(text('package.json'))
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      expect(version, name).toBe(packages[`node_modules/${name}`]?.version)
  })
})

test('what is shipped installs without running anything of a package', () => {
  // The image is built by these steps, and tests/image.redis.test.ts takes a webhook to its verdict in it.
  const installs = text('Dockerfile')
    .match(/^RUN npm [^&\n]*/gm)
    ?.map((step) => step.trim())
  expect(installs).toEqual(['RUN npm ci --omit=dev --ignore-scripts'])
  const scripted = others.filter(({ hasInstallScript, dev }) => hasInstallScript && !dev).map(({ called }) => called)
  expect(scripted).toEqual(['esbuild', 'msgpackr-extract'])
})

const Bom = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z.object({ component: z.object({ name: z.string(), version: z.string() }) }),
  components: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      purl: z.string(),
      hashes: z.array(z.object({ alg: z.string(), content: z.string() })).optional(),
      licenses: z.array(z.unknown()).min(1),
    }),
  ),
})

test('the bill of materials lists what is shipped, with the hashes of the lock file', async () => {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'sbom'], { cwd: ROOT, maxBuffer: 2 ** 24 })
  const { components, metadata } = Bom.parse(JSON.parse(stdout))
  const { name: own, version: current } = JSON.parse(text('package.json'))
  expect(metadata.component).toMatchObject({ name: own, version: current })
  const shipped = others.filter(({ dev }) => !dev)
  const named = (list: { called: string; version: string }[]) =>
    list.map((one) => `${one.called}@${one.version}`).sort()
  expect(named(components.map((one) => ({ called: one.name, ...one })))).toEqual([...new Set(named(shipped))])
  for (const { name, version, hashes } of components) {
    const integrity = shipped.find((one) => one.called === name && one.version === version)?.integrity
    const hex = integrity && Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex')
    expect(hashes?.[0]?.content, name).toBe(hex)
  }
}, 60_000)

const Step = z.looseObject({ uses: z.string().optional(), run: z.string().optional() })
const Workflow = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(z.string(), z.looseObject({ steps: z.array(Step) })),
})

describe.each(['ci', 'release'])('workflow %s', (name) => {
  const { permissions, jobs } = Workflow.parse(parse(text(`.github/workflows/${name}.yml`)))
  const steps = Object.values(jobs).flatMap((job) => job.steps)

  test('may do nothing by default but read, and uses actions of the host alone', () => {
    expect(permissions).toEqual({ contents: 'read' })
    expect(steps.flatMap(({ uses }) => uses ?? []).filter((uses) => !/^actions\/[a-z-]+@v\d+$/.test(uses))).toEqual([])
  })

  test('asks for advisories, and not in the job that must run anywhere', () => {
    const runs = steps.flatMap(({ run }) => run ?? [])
    expect(runs).toEqual(expect.arrayContaining(['.ci/run', 'npm audit --audit-level=high --omit=dev']))
    expect(text('.ci/run')).not.toContain('audit')
  })
})

test('a release carries the bill of materials', () => {
  const release = text('.github/workflows/release.yml')
  expect(release).toContain('npm run --silent sbom > interlock.cdx.json')
  expect(release).toMatch(/gh release create .* interlock\.cdx\.json/)
})

describe('SECURITY.md', () => {
  const threats = tableUnder(text('SECURITY.md'), 'Threats')

  test('has its threats', () => expect(threats.length).toBeGreaterThanOrEqual(20))

  test.each(threats)('%s', (threat, stopped, named = '') => {
    const [, file = '', name = ''] = /^`([^`]+)` (.+)$/.exec(named) ?? []
    expect([threat, stopped, name].every((cell) => cell !== '')).toBe(true)
    expect(existsSync(join(ROOT, file)), file).toBe(true)
    expect(text(file)).toContain(`'${name}'`)
  })
})
