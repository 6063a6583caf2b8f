/** `npm run dashboards:preview`: pictures of the dashboards for the README, from a real pipeline under three minutes of load. */
import { spawnSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { type Browser, chromium } from 'playwright-core'
import { sendMixed, stopMeanwhile } from '../../support/mixed-load.ts'
import { openObservedPipeline } from '../../support/observed-pipeline.ts'
import { killAll } from '../../support/processes.ts'
import { readDashboards } from '../parts.ts'
import type { Drawable } from './drawable.ts'
import { toDrawable } from './to-drawable.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const WIDTH = 1280
/** Of each of the four parts the load has. */
const SECONDS = 45

const say = (text: string) => console.log(`preview: ${text}`)

const findBrowser = (): string | null => {
  const names = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `command -v ${name}`)
  return spawnSync('sh', ['-c', names.join(' || ')], { encoding: 'utf8' }).stdout.trim() || null
}

/** A day of a pipeline in three minutes: a rush, a stop, a worker that dies. Resolves with what each dashboard shows of it. */
const observe = async (): Promise<{ name: string; drawable: Drawable }[]> => {
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

/** The page as one script and one style sheet. */
const bundle = async (): Promise<{ script: string; style: string }> => {
  const page = join(import.meta.dirname, 'page')
  const { outputFiles } = await build({
    entryPoints: [join(page, 'page.ts'), join(page, 'page.css')],
    outdir: page,
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'silent',
  })
  const ending = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? ''
  return { script: ending('.js'), style: ending('.css') }
}

const picture = async (browser: Browser, drawable: Drawable, path: string): Promise<void> => {
  const { script, style } = await bundle()
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 900 } })
  await page.setContent(`<!doctype html><meta charset="utf-8"><style>${style}</style><body></body>`)
  await page.addScriptTag({ content: script })
  await page.evaluate(`show(${JSON.stringify(drawable, (_, value) => (value === Infinity ? null : value))})`)
  await page.screenshot({ path, fullPage: true })
  await page.close()
}

// What runs is ended on exit, and a signal alone would be none.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const executablePath = findBrowser()
if (executablePath === null) {
  console.error(
    'preview: there is no Chromium on PATH: install it (apt-get install chromium, or brew install chromium)',
  )
  process.exit(2)
}
const pictures = await observe()
const images = join(ROOT, 'docs/images')
await mkdir(images, { recursive: true })
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
try {
  for (const { name, drawable } of pictures) {
    await picture(browser, drawable, join(images, `${name}.png`))
    say(`docs/images/${name}.png`)
  }
} finally {
  await browser.close()
}
