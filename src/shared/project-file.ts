/** Files of the checkout by their path from its top, the same for sources and for what was built from them. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const topAbove = (folder: string): string =>
  existsSync(join(folder, 'package.json')) ? folder : topAbove(dirname(folder))

const TOP = topAbove(dirname(fileURLToPath(import.meta.url)))

/** Absolute. */
export const projectFile = (path: string): string => join(TOP, path)
