/** Reads the files a command is given; what cannot be read or parsed is answered with exit 2. */
import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { explainIssues } from '../shared/policy/explain-issues.ts'
import type { Place } from '../shared/policy/finding.ts'
import { parseYaml } from '../shared/policy/parse-yaml.ts'
import { readYamlDocument } from '../shared/policy/yaml-document.ts'
import { CommandError } from './answer.ts'

/**
 * `option` is how the file is named on the command line, e.g. `--spec <file>`. The byte order mark that some editors write is no
 * part of the text.
 */
export const readText = (file: string | undefined, option: string): string => {
  if (file === undefined) throw new CommandError('missing_file', `no file given: name one with ${option}`)
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? error.code : 'unknown error'
    throw new CommandError('unreadable_file', `cannot read ${file} (${why}): give the path of a readable file`)
  }
}

/** JavaScript takes the last one in silence, so that a card could hide a score behind another. */
const keyStatedTwice = (json: string): Place | undefined =>
  readYamlDocument(json).broken.find(({ message }) => message.includes('keys must be unique'))

const parseJson = (file: string, text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text)
    const twice = keyStatedTwice(text)
    if (twice) throw new Error(`a key is stated twice at line ${twice.line}, column ${twice.column}`)
    return value
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const shown = why.replace(/[^\x20-\x7e]+/g, ' ')
    throw new CommandError(
      'invalid_json',
      `${file} is not valid JSON (${shown}): correct it, or name it .yaml if it is YAML`,
    )
  }
}

/** YAML where the name ends in .yaml or .yml, JSON otherwise. */
export const readData = (file: string | undefined, option: string): unknown => {
  const text = readText(file, option)
  if (!/\.ya?ml$/i.test(file ?? '')) return parseJson(file ?? '', text)
  const { value, problem } = parseYaml(text)
  if (problem !== null) throw new CommandError('invalid_yaml', `${file}: ${problem}`)
  return value
}

export const parseInput = <Schema extends z.ZodType>(schema: Schema, input: unknown, file: string): z.infer<Schema> => {
  const parsed = schema.safeParse(input)
  if (!parsed.success) throw new CommandError('invalid_input', `${file}: ${explainIssues(parsed.error, input)}`)
  return parsed.data
}
