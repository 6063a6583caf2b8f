/** The host of Redis loses power in the middle of a write: what is left is whole, once the file is written anew. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from '../support/processes.ts'
import { burst, FAULTS, type Scene } from './harness/faults.ts'
import { NOTHING_FOUND } from './harness/findings.ts'
import { openSite } from './harness/site.ts'

const killAmidst = async (scene: Scene) => {
  const coming = burst(scene)
  await Promise.race(coming)
  await FAULTS.redis_killed.inflict(scene)
  return coming
}

const persistence = ({ installation: { redis } }: Scene) => eventually(() => redis.info('persistence'))

/** Without it, the half that is left of the transaction is carried out at the next start: valkey-io/valkey#4342. */
const writeAnew = async (scene: Scene) => {
  await eventually(() => scene.installation.redis.bgrewriteaof())
  await eventually(async () => expect(await persistence(scene)).toContain('aof_rewrite_in_progress:0'))
}

test('what its senders tell again is an incident once, whatever was cut', { timeout: 180_000 }, async () => {
  const site = await openSite({ stories: ['measured'], rate: 0 })
  try {
    const found = await site.after(async (scene) => {
      const { load, installation } = scene
      const [, folder = ''] = (await installation.redis.config('GET', 'dir')) as string[]
      await writeFile(join(folder, 'power-fails'), '')
      await Promise.all(await killAmidst(scene))
      await writeAnew(scene)
      await Promise.all([...load.told.keys()].map((fault) => load.tell(fault, 'measured')))
      await Promise.all(await killAmidst(scene))
    })
    expect(found).toEqual(NOTHING_FOUND)
  } finally {
    await site.close()
  }
})
