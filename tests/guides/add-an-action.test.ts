/** docs/add-an-action.md, followed word by word in a copy of the checkout: its blocks applied, its commands run. */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const guide = readFileSync(join(root, 'docs/add-an-action.md'), 'utf8')
const blocks = fromMarkdown(guide).children.flatMap((node) => (node.type === 'code' ? [node] : []))
const blocksIn = (lang: string) => blocks.filter((block) => block.lang === lang)

const COPIED = ['bin', 'docs', 'policies', 'scripts', 'src', 'tests', 'bench', 'fixtures']
const FILES = ['package.json', 'package-lock.json', 'tsconfig.json', 'vitest.config.ts', 'biome.json', 'README.md']
let copy: string
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'interlock-guide-'))
  for (const name of [...COPIED, ...FILES]) cpSync(join(root, name), join(copy, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
})
afterAll(() => rmSync(copy, { recursive: true }))

/** Lines of a diff without their sign: those that must be there, or that are there afterwards. */
const side = (hunk: string, sign: '-' | '+'): string =>
  hunk
    .split('\n')
    .filter((line) => line.startsWith(' ') || line.startsWith(sign))
    .map((line) => line.slice(1))
    .join('\n')

const applyDiff = (text: string, diff: string): string =>
  diff.split('\n@@\n').reduce((result, hunk) => {
    const parts = result.split(side(hunk, '-'))
    expect(parts, `what this begins from stands once:\n${hunk}`).toHaveLength(2)
    return parts.join(side(hunk, '+'))
  }, text)

/** In a shell, since that is where a reader types it; with what it prints on both streams, in that order. */
const run = (command: string): Promise<{ code: number | null; printed: string }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, npm_config_loglevel: 'error' }
    const child = execFile('sh', ['-c', command], { cwd: copy, env }, (_, out, err) =>
      resolve({ code: child.exitCode, printed: `${out}${err}` }),
    )
  })

const sessions = blocksIn('console').flatMap(({ value }) =>
  value
    .split(/^\$ /m)
    .slice(1)
    .map((session) => ({
      command: session.split('\n', 1)[0] ?? '',
      printed: session.slice(session.indexOf('\n') + 1),
    })),
)

it('leads to an action that passes every check and plans what the guide shows', { timeout: 300_000 }, async () => {
  for (const { meta, value } of blocksIn('ts')) writeFileSync(join(copy, meta ?? ''), `${value}\n`)
  for (const { meta, value } of blocksIn('diff')) {
    const file = join(copy, meta ?? '')
    writeFileSync(file, applyDiff(readFileSync(file, 'utf8'), value))
  }
  const checks = blocksIn('sh').flatMap(({ value }) => value.split('\n'))
  expect(checks.length).toBeGreaterThan(2)
  for (const command of checks) {
    const { code, printed } = await run(command)
    expect(code, `${command}\n${printed}`).toBe(0)
  }
  expect(sessions.length).toBeGreaterThan(2)
  for (const { command, printed } of sessions) {
    const called = await run(command)
    expect(called.printed.trim(), command).toBe(printed.trim())
    expect(called.code, command).toBe(printed.startsWith('PASS') ? 0 : 1)
  }
})
