/** The files of a policy folder as text, and the digest over them that every decision records. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { digest } from '../audit/digest.ts'
import { PolicyError } from './policy-error.ts'
import { MAPPINGS_FOLDER } from './source-mappings.ts'

export interface PolicyFiles {
  /** Path inside the folder -> text, e.g. `high_memory_usage/specify.md`. A file that is not there has no entry. */
  texts: ReadonlyMap<string, string>
  classes: string[]
  digest: string
  /** When `services.yaml` was last changed; the beginning of time when there is none, as it then states nothing. */
  stated_at: string
}

const SHARED_FILES = ['services.yaml', 'settings.yaml']

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const textOf = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new PolicyError(`${path} cannot be read: ${reasonOf(error)}`)
  }
}

/** Hidden folders (`.git`, a mounted volume's `..data`) and that of the sources are not classes. Links are followed. */
const classFolders = async (dir: string): Promise<string[]> => {
  try {
    const names = (await readdir(dir)).filter((name) => !name.startsWith('.') && name !== MAPPINGS_FOLDER).sort()
    const folders = await Promise.all(names.map(async (name) => (await stat(join(dir, name))).isDirectory()))
    return names.filter((_, index) => folders[index])
  } catch (error) {
    throw new PolicyError(
      `policy folder ${dir} cannot be read (${reasonOf(error)}): set POLICY_DIR to a folder that can`,
    )
  }
}

const changedAt = (path: string): Promise<Date> =>
  stat(path).then(
    ({ mtime }) => mtime,
    () => new Date(0),
  )

/** The paths of the files that describe sources; none where there is no such folder. */
const mappingPaths = async (dir: string): Promise<string[]> => {
  const names = await readdir(join(dir, MAPPINGS_FOLDER)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new PolicyError(`${join(dir, MAPPINGS_FOLDER)} cannot be read: ${reasonOf(error)}`)
  })
  return names.filter((name) => /^[^.].*\.yaml$/.test(name)).map((name) => `${MAPPINGS_FOLDER}/${name}`)
}

/** Throws PolicyError when the folder or a file in it cannot be read. */
export const readPolicyFiles = async (dir: string): Promise<PolicyFiles> => {
  const classes = await classFolders(dir)
  const own = classes.flatMap((name) => [`${name}/readiness.yaml`, `${name}/specify.md`])
  const texts = new Map<string, string>()
  for (const path of [...SHARED_FILES, ...own, ...(await mappingPaths(dir))]) {
    const text = await textOf(join(dir, path))
    if (text !== null) texts.set(path, text)
  }
  const sorted = [...texts].sort(([a], [b]) => (a < b ? -1 : 1))
  const statedAt = await changedAt(join(dir, 'services.yaml'))
  return { texts, classes, digest: digest(sorted), stated_at: statedAt.toISOString() }
}

const yamlIn = async (dir: string): Promise<string[]> => {
  try {
    return (await readdir(dir)).filter((name) => /\.ya?ml$/i.test(name)).sort()
  } catch (error) {
    throw new PolicyError(`${dir} cannot be read: ${reasonOf(error)}`)
  }
}

/** The folders that hold a file of a class; others are no business of a policy. */
export const classesIn = ({ texts, classes }: Pick<PolicyFiles, 'texts' | 'classes'>): string[] =>
  classes.filter((name) => texts.has(`${name}/readiness.yaml`) || texts.has(`${name}/specify.md`))

/** YAML files at the two levels of the folder that nothing reads. Throws PolicyError like `readPolicyFiles`. */
export const unreadFiles = async (dir: string, classes: readonly string[]): Promise<string[]> => {
  const own = await Promise.all(
    classes.map(async (name) =>
      (await yamlIn(join(dir, name))).filter((file) => file !== 'readiness.yaml').map((file) => `${name}/${file}`),
    ),
  )
  // There need be no such folder; where it cannot be read, reading the files of the policy has said so.
  const mappings = (await yamlIn(join(dir, MAPPINGS_FOLDER)).catch(() => [])).filter((file) => !file.endsWith('.yaml'))
  return [
    ...(await yamlIn(dir)).filter((file) => !SHARED_FILES.includes(file)),
    ...own.flat(),
    ...mappings.map((file) => `${MAPPINGS_FOLDER}/${file}`),
  ]
}
