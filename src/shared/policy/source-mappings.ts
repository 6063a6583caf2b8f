/** The webhook sources that the policy folder describes: `sources/<name>.yaml`, each one mapping. Pure. */
import { MappingName, SourceMapping } from '../contracts/source-mapping.ts'
import type { FileFinding } from './check-policies.ts'
import { parseYamlAs } from './parse-yaml.ts'
import { PolicyError } from './policy-error.ts'
import { checkYaml, readYamlDocument } from './yaml-document.ts'

export const MAPPINGS_FOLDER = 'sources'

const FILE = /^sources\/(.*)\.yaml$/

const mappingFiles = (texts: ReadonlyMap<string, string>) =>
  [...texts].flatMap(([file, text]) => {
    const name = FILE.exec(file)?.[1]
    return name === undefined ? [] : [{ file, name, text }]
  })

const nameProblem = (name: string): string | null => MappingName.safeParse(name).error?.issues[0]?.message ?? null

/** Throws PolicyError: a set with a source that nobody can read is refused as a whole. */
export const readMappings = (texts: ReadonlyMap<string, string>): ReadonlyMap<string, SourceMapping> =>
  new Map(
    mappingFiles(texts).map(({ file, name, text }) => {
      const { value, problem } = parseYamlAs(SourceMapping, text)
      const wrong = nameProblem(name)
      if (problem !== null) throw new PolicyError(`${file}: ${problem}`)
      if (wrong !== null) throw new PolicyError(`${file} is misnamed: ${wrong}`)
      return [name, value]
    }),
  )

export const checkMappings = (texts: ReadonlyMap<string, string>): FileFinding[] =>
  mappingFiles(texts).flatMap(({ file, name, text }): FileFinding[] => {
    const checked = checkYaml(SourceMapping, readYamlDocument(text))
    const wrong = nameProblem(name)
    const misnamed = { line: 1, column: 1, code: 'field_invalid' as const, message: `'${name}' names no source` }
    return [
      ...(wrong === null ? [] : [{ file, ...misnamed, fix: wrong }]),
      ...(checked.valid ? [] : checked.findings.map((finding) => ({ ...finding, file }))),
    ]
  })
