/** YAML text to data, or every reason against it in one sentence. Pure. */
import type { z } from 'zod'
import { describeFinding, type Finding } from './finding.ts'
import { checkYaml, readYamlDocument } from './yaml-document.ts'

export type Parsed<Value> = { value: Value; problem: null } | { value: null; problem: string }

const describe = (findings: readonly Finding[]): string =>
  findings
    .map((finding) =>
      finding.code === 'yaml_invalid'
        ? `${finding.message} (line ${finding.line}, column ${finding.column})`
        : describeFinding(finding),
    )
    .join('; ')

export const parseYaml = (text: string): Parsed<unknown> => {
  const { value, broken } = readYamlDocument(text)
  return broken.length > 0 ? { value: null, problem: describe(broken) } : { value, problem: null }
}

export const parseYamlAs = <Schema extends z.ZodType>(schema: Schema, text: string): Parsed<z.infer<Schema>> => {
  const checked = checkYaml(schema, readYamlDocument(text))
  return checked.valid ? { value: checked.value, problem: null } : { value: null, problem: describe(checked.findings) }
}
