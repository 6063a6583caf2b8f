/** One picture of a dashboard, by Chromium. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import type { Drawable } from './drawable.ts'
import { palettePng } from './palette-png.ts'

const WIDTH = 1280

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

export const picture = async (browser: Browser, drawable: Drawable, path: string): Promise<void> => {
  const { script, style } = await bundle()
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 900 } })
  await page.setContent(`<!doctype html><meta charset="utf-8"><style>${style}</style><body></body>`)
  await page.addScriptTag({ content: script })
  await page.evaluate(`show(${JSON.stringify(drawable, (_, value) => (value === Infinity ? null : value))})`)
  const shot = await page.screenshot({ fullPage: true })
  const pixels = String(await page.evaluate(`pixelsOf('${shot.toString('base64')}')`))
  await writeFile(path, palettePng(Buffer.from(pixels, 'base64'), WIDTH))
  await page.close()
}
