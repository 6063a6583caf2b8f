import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKeys } from './signing-keys.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlock keys '))
})
afterAll(() => rmSync(folder, { recursive: true }))

it('makes a pair in a folder below others that are not there yet', () => {
  expect(Object.values(makeKeys(join(folder, 'a/b'))).slice(1)).toEqual([
    join(folder, 'a/b/audit.key'),
    join(folder, 'a/b/audit.pub'),
  ])
})

describe('makes none, and says how to mend it', () => {
  it.each([
    ['below a folder that takes none', '/proc/x/y', 'takes nothing new: make it, or name another'],
    ['below a file', 'file/x', 'a file stands where a folder is needed'],
    ['in a file', 'file', 'a file stands where a folder is needed'],
    ['without a name', '', "--out '' cannot be written (ENOENT)"],
  ])('%s', (_, out, says) => {
    writeFileSync(join(folder, 'file'), '')
    const named = out === '' || out.startsWith('/') ? out : join(folder, out)
    expect(() => makeKeys(named)).toThrow(says)
    expect(() => makeKeys(named)).toThrow(`--out '${named}'`)
  })

  it('where half of it can be written, and leaves no half', () => {
    symlinkSync('/nowhere/at/all', join(folder, 'audit.pub'))
    expect(() => makeKeys(folder)).toThrow('something is there already')
    expect(readdirSync(folder)).not.toContain('audit.key')
  })
})
