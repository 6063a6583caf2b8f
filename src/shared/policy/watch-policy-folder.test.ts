import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PolicySet } from '../contracts/policy.ts'
import { loadPolicyFolder } from './policy-folder.ts'
import { watchPolicyFolder } from './watch-policy-folder.ts'

type Told = { changed: PolicySet } | { refused: string }

let dir: string
let stop: () => Promise<void>
/** What the watch says next, in order. */
let next: () => Promise<Told>
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'interlock-watch-'))
  await cp(fileURLToPath(new URL('../../../policies', import.meta.url)), dir, { recursive: true })
  const told: Told[] = []
  let wake = () => {}
  const tell = (what: Told) => {
    told.push(what)
    wake()
  }
  next = async () => {
    while (told.length === 0)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    return told.splice(0, 1)[0] ?? { refused: 'nothing' }
  }
  const controller = new AbortController()
  const ended = watchPolicyFolder(dir, {
    current: await loadPolicyFolder(dir),
    onChange: (changed) => tell({ changed }),
    onRefused: ({ message }) => tell({ refused: message }),
    signal: controller.signal,
    everyMs: 5,
  })
  // The watch itself keeps no process alive.
  const alive = setInterval(() => {}, 1000)
  stop = async () => {
    controller.abort()
    await ended
    clearInterval(alive)
  }
})
afterEach(async () => {
  await stop()
  await rm(dir, { recursive: true, force: true })
})

/** In one step, so that no half of it is ever seen. */
const write = async (path: string, text: string) => {
  await writeFile(join(dir, '.next'), text)
  await rename(join(dir, '.next'), join(dir, path))
}
const serviceNames = (told: Told) => ('changed' in told ? Object.keys(told.changed.services) : told)

describe('watchPolicyFolder', () => {
  it('takes a valid change', async () => {
    await write('services.yaml', 'services: {one: {}}')
    expect(serviceNames(await next())).toEqual(['one'])
    await write('services.yaml', 'services: {two: {}}')
    expect(serviceNames(await next())).toEqual(['two'])
  })

  it('takes a change back as a change too', async () => {
    const before = await readFile(join(dir, 'services.yaml'), 'utf8')
    await write('services.yaml', 'services: {one: {}}')
    expect(serviceNames(await next())).toEqual(['one'])
    await write('services.yaml', before)
    expect(serviceNames(await next())).toEqual(['appointments-api', 'orders-db'])
  })

  it('refuses an invalid one once, and goes on from the last good set', async () => {
    await write('services.yaml', 'services: {one: {facts: {Bad: 1}}}')
    expect(await next()).toEqual({ refused: expect.stringContaining('services.yaml: ') })
    await write('services.yaml', 'services: {two: {}}')
    expect(serviceNames(await next())).toEqual(['two'])
  })

  it('refuses a change that breaks a class that was good', async () => {
    const card = await readFile(join(dir, 'high_cpu_usage/readiness.yaml'), 'utf8')
    await write('high_cpu_usage/readiness.yaml', card.replace('profile: default', 'profile: cheap'))
    expect(await next()).toEqual({ refused: expect.stringContaining("profile is 'cheap'") })
    await write('high_cpu_usage/readiness.yaml', card.replace('profile: default', 'profile: internal'))
    const told = await next()
    expect('changed' in told && told.changed.classes.get('high_cpu_usage')).toMatchObject({
      card: { profile: 'internal' },
    })
  })

  it('takes the removal of a class: nothing is automated for it any more', async () => {
    await rename(join(dir, 'high_cpu_usage'), join(dir, '.gone'))
    const told = await next()
    expect('changed' in told && [...told.changed.classes.keys()]).toEqual(['high_memory_usage'])
  })

  it('says once that the folder cannot be read', async () => {
    await rename(dir, `${dir}.away`)
    expect(await next()).toEqual({ refused: expect.stringContaining('cannot be read') })
    await rename(`${dir}.away`, dir)
    await write('services.yaml', 'services: {back: {}}')
    expect(serviceNames(await next())).toEqual(['back'])
  })
})
