/** An evidence package as files: read from a folder, written to one whole or not at all, and the list of its digests. */
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { sha256 } from '../../shared/audit/digest.ts'
import { CommandError } from '../answer.ts'
import { makeFolder } from '../make-folder.ts'
import { unwritable } from '../unwritable.ts'

/** Path inside the package, with `/`, -> bytes. */
export type PackageFiles = ReadonlyMap<string, Buffer>

export const MANIFEST = 'MANIFEST.sha256'

export const sorted = (files: PackageFiles): [string, Buffer][] => [...files].sort(([a], [b]) => (a < b ? -1 : 1))

/** As `sha256sum` writes it, so that `sha256sum -c MANIFEST.sha256` checks it too; every file but itself. */
export const manifestOf = (files: PackageFiles): string =>
  sorted(files)
    .filter(([path]) => path !== MANIFEST)
    .map(([path, bytes]) => `${sha256(bytes)}  ${path}\n`)
    .join('')

/** Throws CommandError where the folder cannot be read, or holds what is neither a file nor a folder. */
export const readPackage = async (dir: string): Promise<PackageFiles> => {
  const unreadable = (error: Error): never => {
    throw new CommandError('unreadable_file', `${dir} is not an evidence package that can be read: ${error.message}`)
  }
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(unreadable)
  const files = new Map<string, Buffer>()
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(dir, path).split(sep).join('/')
    if (entry.isFile()) files.set(name, await readFile(path).catch(unreadable))
    else if (!entry.isDirectory())
      throw new CommandError('invalid_input', `${name} in ${dir} is neither a file nor a folder: take it out`)
  }
  return files
}

/** Throws what the file system does: `inPlaceOf` says it of the folder that was asked for. */
export const writeFiles = async (dir: string, files: PackageFiles): Promise<void> => {
  for (const [name, bytes] of files) {
    const path = join(dir, name)
    makeFolder(dirname(path))
    await writeFile(path, bytes)
  }
}

/** Throws CommandError `file_exists` for a folder that holds anything: evidence is never mixed or written over. */
export const checkNew = async (dir: string): Promise<void> => {
  const there = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw unwritable(dir, error)
  })
  if (there.length > 0)
    throw new CommandError('file_exists', `--out ${dir} is not empty and is not written over; name another folder`)
}

/** `fill` writes into a folder beside `dir`, which takes that name where what came of it `isGood`; else nothing is left. */
export const inPlaceOf = async <Result>(
  dir: string,
  fill: (draft: string) => Promise<Result>,
  isGood: (result: Result) => boolean,
): Promise<Result> => {
  const draft = `${dir.replace(/[/\\]+$/, '')}.${process.pid}.partial`
  try {
    makeFolder(draft)
    const result = await fill(draft)
    if (isGood(result)) await rename(draft, dir)
    return result
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? unwritable(dir, error as NodeJS.ErrnoException) : error
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}
