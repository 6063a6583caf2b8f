/** `npm run dashboards:preview`: pictures of the dashboards for the README, from a real pipeline under three minutes of load. */
import { spawnSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { observe } from './observe.ts'
import { picture } from './picture.ts'

const IMAGES = fileURLToPath(new URL('../../../docs/images', import.meta.url))

const say = (text: string) => console.log(`preview: ${text}`)

const findBrowser = (): string | null => {
  const names = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `command -v ${name}`)
  return spawnSync('sh', ['-c', names.join(' || ')], { encoding: 'utf8' }).stdout.trim() || null
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
const pictures = await observe(say)
await mkdir(IMAGES, { recursive: true })
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-lcd-text'] })
try {
  for (const { name, drawable } of pictures) {
    await picture(browser, drawable, join(IMAGES, `${name}.png`))
    say(`docs/images/${name}.png`)
  }
} finally {
  await browser.close()
}
