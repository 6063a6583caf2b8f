/** Every fault suite with its guard taken out of the build: each must find what it is there to find. */
import { describe, expect, test } from 'vitest'
import { CRASHES, type LoadPoint } from '../harness/crashes.ts'
import { FAULTS, killAmidst, type Scene, storm } from '../harness/faults.ts'
import type { Findings } from '../harness/findings.ts'
import { oversleeping, withSleeper } from '../harness/oversleeping.ts'
import { openSite, type Setup, type Site } from '../harness/site.ts'
import { SKEWED, someoneDies } from '../harness/skewed.ts'
import { WITHOUT } from './guards.ts'

/** What would come has come by then; what is lost does not. */
const PATIENCE_MS = 15_000

const play = async (
  setup: Setup,
  inflict: (scene: Scene) => Promise<void>,
  look: (found: Findings, site: Site) => void,
) => {
  const site = await openSite({ patienceMs: PATIENCE_MS, stories: ['measured'], ...setup })
  try {
    look(await site.after(inflict), site)
  } finally {
    await site.close()
  }
}

const finds =
  (...kinds: (keyof Findings)[]) =>
  (found: Findings) => {
    expect(Object.entries(found).flatMap(([kind, lines]) => (lines.length > 0 ? [kind] : []))).toEqual(
      expect.arrayContaining(kinds),
    )
  }

/** One delivery comes while Redis is full. */
const refusedOnce = async ({ installation: { redis }, load }: Scene) => {
  await redis.config('SET', 'maxmemory', '1')
  await load.tell('unlucky', 'measured')
  await redis.config('SET', 'maxmemory', '0')
}

const crash = (point: LoadPoint, without: Setup['without'], ...kinds: (keyof Findings)[]) => {
  const { setup, inflict } = CRASHES[point](point)
  test(`crash-points, ${point} without ${without?.name}`, { timeout: 120_000 }, () =>
    play({ ...setup, stories: ['measured'], ...(without && { without }) }, inflict, finds(...kinds)),
  )
}

describe('turns red:', () => {
  test('kills, without recovery', { timeout: 120_000 }, () =>
    play({ without: WITHOUT.recovery }, (scene) => killAmidst(scene.installation.workers, scene), finds('lost')),
  )

  crash('accept:after-write', WITHOUT.dedupe, 'doubled', 'broken_chains')
  crash('stage:fetched', WITHOUT.recovery, 'lost')
  crash('stage:decided', WITHOUT.recovery, 'lost')
  crash('stage:before-commit', WITHOUT.recovery, 'lost')
  crash('stage:after-commit', WITHOUT.recovery, 'lost')
  crash('dead-letter:before', WITHOUT.recovery, 'lost')
  crash('hold:before', WITHOUT.recovery, 'lost')

  test.each(['normalize', 'readiness', 'dry-run'] as const)(
    'lost-locks on %s, without fence',
    { timeout: 120_000 },
    (stage) =>
      play(
        { ...withSleeper(stage), rate: 0, without: WITHOUT.fence },
        oversleeping(stage),
        finds('doubled', 'broken_chains'),
      ),
  )

  test('redis-restart, without an append-only file', { timeout: 120_000 }, () =>
    play({ appendOnly: false }, FAULTS.redis_killed.inflict, finds('lost')),
  )

  test('redis-refusing, without a durable accept', { timeout: 120_000 }, () =>
    play({ rate: 0, without: WITHOUT.durableAccept }, refusedOnce, finds('lost')),
  )

  test('network, without deduplication', { timeout: 120_000 }, () =>
    play({ without: WITHOUT.dedupe }, FAULTS.replies_lost.inflict, finds('doubled')),
  )

  test('network, without a limit to silence', { timeout: 120_000 }, async () => {
    await expect(play({ without: WITHOUT.silenceLimit }, FAULTS.half_open.inflict, () => {})).rejects.toThrow(
      'was never acknowledged',
    )
  })

  test('storm, without deduplication', { timeout: 120_000 }, () =>
    play({ rate: 0, without: WITHOUT.dedupe }, storm(200), finds('doubled', 'broken_chains')),
  )

  test('clock-skew, by the clock instead of the chain', { timeout: 120_000 }, () =>
    play({ ...SKEWED, without: WITHOUT.chainOrder }, someoneDies, (_, site) =>
      expect(Object.keys(site.incidents())).toContain('verdict:blocked'),
    ),
  )
})
