/** YAML text to data. Warnings count as errors: what the parser was unsure of must not decide anything. */
import { parseDocument } from 'yaml'
import type { z } from 'zod'
import { explainIssues } from './explain-issues.ts'

export type Parsed<Value> = { value: Value; problem: null } | { value: null; problem: string }

export const parseYaml = (text: string): Parsed<unknown> => {
  const document = parseDocument(text)
  const [first] = [...document.errors, ...document.warnings]
  if (first) return { value: null, problem: `not valid YAML: ${first.message.split('\n')[0]}` }
  try {
    return { value: document.toJS(), problem: null }
  } catch (error) {
    return { value: null, problem: `not valid YAML: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** An empty file counts as an empty mapping, so that its schema says what is missing. */
export const parseYamlAs = <Schema extends z.ZodType>(schema: Schema, text: string): Parsed<z.infer<Schema>> => {
  const yaml = parseYaml(text)
  if (yaml.problem !== null) return yaml
  const input = yaml.value ?? {}
  const parsed = schema.safeParse(input)
  if (!parsed.success) return { value: null, problem: explainIssues(parsed.error, input) }
  return { value: parsed.data, problem: null }
}
