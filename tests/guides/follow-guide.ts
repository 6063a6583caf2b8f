/** Follows a guide word by word in a copy of the checkout: writes its files, applies its diffs, runs its commands. */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { expect } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

const COPIED = ['grafana', 'prometheus', 'bin', 'docs', 'policies', 'scripts', 'src', 'tests', 'bench', 'fixtures']
const FILES = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vitest.config.ts',
  'biome.json',
  'README.md',
  'SECURITY.md',
]

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
const run = (command: string, cwd: string): Promise<{ code: number | null; printed: string }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, npm_config_loglevel: 'error' }
    const child = execFile('sh', ['-c', command], { cwd, env }, (_, out, err) =>
      resolve({ code: child.exitCode, printed: `${out}${err}` }),
    )
  })

/** A block of `sh` holds commands that pass; one of `console` what is typed behind `$ `, and what is then printed. */
const commandsIn = (lang: string, text: string): { command: string; printed?: string }[] =>
  lang === 'sh'
    ? text.split('\n').map((command) => ({ command }))
    : text
        .split(/^\$ /m)
        .slice(1)
        .map((session) => ({
          command: session.split('\n', 1)[0] ?? '',
          printed: session.slice(session.indexOf('\n') + 1),
        }))

/**
 * In the order of the guide. A block with a path behind its language is that file, or with `diff` a change of it. How many
 * commands were run is the answer: a guide without any has proven nothing.
 */
export const followGuide = async (guide: string): Promise<number> => {
  const copy = mkdtempSync(join(tmpdir(), 'interlock-guide-'))
  let ran = 0
  try {
    for (const name of [...COPIED, ...FILES]) cpSync(join(root, name), join(copy, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    for (const node of fromMarkdown(readFileSync(join(root, guide), 'utf8')).children) {
      if (node.type !== 'code') continue
      const { lang, meta, value } = node
      const file = join(copy, meta ?? '')
      if (meta) mkdirSync(dirname(file), { recursive: true })
      if (meta) writeFileSync(file, lang === 'diff' ? applyDiff(readFileSync(file, 'utf8'), value) : `${value}\n`)
      if (lang !== 'sh' && lang !== 'console') continue
      for (const { command, printed } of commandsIn(lang, value)) {
        const called = await run(command, copy)
        if (printed !== undefined) expect(called.printed.trim(), command).toBe(printed.trim())
        expect(called.code, `${command}\n${called.printed}`).toBe(/^BLOCK/m.test(printed ?? '') ? 1 : 0)
        ran++
      }
    }
    return ran
  } finally {
    rmSync(copy, { recursive: true })
  }
}
