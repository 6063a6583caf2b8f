/** What the dashboards show of a real pipeline after three minutes with everything in them. */
import { sendMixed, stopMeanwhile } from '../../support/mixed-load.ts'
import { openObservedPipeline } from '../../support/observed-pipeline.ts'
import { killAll } from '../../support/processes.ts'
import { readDashboards } from '../parts.ts'
import type { Drawable } from './drawable.ts'
import { toDrawable } from './to-drawable.ts'

/** Of each of the four parts the load has. */
const SECONDS = 45

/** A rush in which a worker dies, a stop, and calm before and after. `say` tells how far it is. */
export const observe = async (say: (text: string) => void): Promise<{ name: string; drawable: Drawable }[]> => {
  const pipeline = await openObservedPipeline()
  try {
    const from = Date.now() / 1000 + 5
    const calm = (second: number) => 8 + 5 * Math.sin(second / 7)
    say(`load at ${pipeline.address} for ${4 * SECONDS} s`)
    let next = await sendMixed(pipeline, { from: 0, seconds: SECONDS, rate: calm })
    say('a rush, and a worker that dies in it')
    next = await sendMixed(pipeline, { from: next, seconds: SECONDS / 3, rate: () => 40 })
    const rest = { from: next, seconds: (SECONDS * 2) / 3, rate: () => 40 }
    next = (await Promise.all([sendMixed(pipeline, rest), pipeline.crash('readiness')]))[0]
    say('a kill switch, and three incidents that are damaged under it')
    await stopMeanwhile(pipeline, async () => {
      next = await sendMixed(pipeline, { from: next, seconds: SECONDS, rate: calm })
    })
    say('all is well again')
    await sendMixed(pipeline, { from: next, seconds: SECONDS, rate: calm })
    const span = { from, to: Date.now() / 1000, step: 3, rateInterval: '10s' }
    return await Promise.all(
      readDashboards().map(async (dashboard) => ({
        name: String(dashboard.uid),
        drawable: await toDrawable(pipeline.prometheus, dashboard, span),
      })),
    )
  } finally {
    await pipeline.close()
    killAll()
  }
}
