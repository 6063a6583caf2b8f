/** A folder and those above it, as `mkdir -p` makes them. */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/** Node's own recursive one never ends below a folder that is there and takes no other, such as `/proc`. */
export const makeFolder = (dir: string): void => {
  if (existsSync(dir)) return
  makeFolder(dirname(dir))
  mkdirSync(dir)
}
