/** The files of the checkout, for tests that look at all of them at once. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface RepositoryFile {
  /** From the root of the checkout, with forward slashes. */
  path: string
  text: string
}

const MADE_BY_TOOLS = new Set(['node_modules', '.git', '.cache', 'coverage'])

const pathsUnder = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (MADE_BY_TOOLS.has(entry.name)) return []
    const path = folder ? `${folder}/${entry.name}` : entry.name
    return entry.isDirectory() ? pathsUnder(path) : [path]
  })

/** Every file under `folder` ('' is the whole checkout) whose path matches. */
export const repositoryFiles = (folder: string, matching = /./): RepositoryFile[] =>
  pathsUnder(folder)
    .filter((path) => matching.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
