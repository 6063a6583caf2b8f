/** GameDay itself, for real, broken off by Ctrl-C while Redis stands still: everything is mended, and nothing is left. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'

/** Redis and Prometheus are started with the path of their folder. */
const startedWith = async (folder: string): Promise<string[]> => {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args'])
  return stdout.split('\n').filter((line) => line.includes(folder) && !line.startsWith('ps'))
}

it('mends what it broke and leaves nothing behind', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-gameday-'))
  const result = join(folder, 'result.json')
  const args = ['redis-frozen', '--enable-chaos', '--time-scale', '0.05', '--json', result]
  const gameday = spawn(process.execPath, ['--import', 'tsx', 'tests/gameday/main.ts', ...args], {
    env: { PATH: process.env.PATH, TMPDIR: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(async () => {
    if (gameday.exitCode === null && gameday.kill('SIGTERM')) await once(gameday, 'close')
    rmSync(folder, { recursive: true, force: true })
  })
  let said = ''
  gameday.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (text.includes('the fault is inflicted')) gameday.kill('SIGINT')
  })
  const [code] = await once(gameday, 'close')

  expect(said).toContain('redis-frozen: broken off, everything is stopped')
  expect(code).toBe(1)
  expect(JSON.parse(readFileSync(result, 'utf8'))).toEqual({
    outcome: 'fail',
    time_scale: 0.05,
    scraped_every: '750ms',
    started_at: expect.any(String),
    interrupted: true,
    experiments: [],
  })
  expect(await startedWith(folder)).toEqual([])
  expect(readdirSync(folder).filter((name) => name.startsWith('interlock-'))).toEqual([])
})
