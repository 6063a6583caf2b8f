/** A YAML text with the places of everything in it, so that what is wrong can be pointed at. Pure. */
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import type { z } from 'zod'
import { listIssues } from './explain-issues.ts'
import type { Finding, Place } from './finding.ts'

type Path = readonly PropertyKey[]

export interface YamlDocument {
  /** Undefined where the text is not valid YAML. */
  value: unknown
  /** What keeps the text from being valid YAML. Warnings count: what the parser was unsure of must not decide anything. */
  broken: Finding[]
  /** Of the key or item at the end of the path, or of the nearest one above it that is there. */
  placeOf(path: Path): Place
  /** Of one character inside the text at the end of the path, where it stands there as it is; else where it begins. */
  placeInText(path: Path, text: string, index: number): Place
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined)

const find = (root: unknown, path: Path): { node: unknown; offset: number } => {
  let [node, offset] = [root, startOf(root) ?? 0]
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
      if (!pair) break
      offset = startOf(pair.key) ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(part)]
      offset = startOf(node) ?? offset
    } else break
  }
  return { node, offset }
}

/** Where a key stands that its mapping has already: the parser's own look at each against all before is quadratic. */
const repeatedKeys = (document: Document): number[] => {
  const repeated: number[] = []
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) repeated.push(startOf(key) ?? 0)
        seen.add(key.value)
      }
    },
  })
  return repeated
}

export const readYamlDocument = (source: string): YamlDocument => {
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines, uniqueKeys: false })
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const finding = (place: Place, message: string): Finding => ({
    ...place,
    code: 'yaml_invalid',
    message: `not valid YAML: ${message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '')}`,
    fix: 'correct the YAML here',
  })
  const broken = [
    ...[...document.errors, ...document.warnings].map(({ pos, message }) => finding(at(pos[0]), message)),
    ...repeatedKeys(document).map((offset) => finding(at(offset), 'Map keys must be unique')),
  ]
  let value: unknown
  try {
    value = broken.length === 0 ? document.toJS() : undefined
  } catch (error) {
    broken.push(finding(at(0), error instanceof Error ? error.message : String(error)))
  }
  return {
    value,
    broken,
    placeOf: (path) => at(find(document.contents, path).offset),
    placeInText: (path, text, index) => {
      const { node } = find(document.contents, path)
      const start = startOf(node) ?? 0
      const within = isNode(node) ? source.slice(start, node.range?.[1]).indexOf(text) : -1
      return at(within === -1 ? start : start + within + index)
    },
  }
}

export type Checked<Value> = { valid: true; value: Value } | { valid: false; findings: Finding[] }

/** An empty text counts as an empty mapping, so that its schema says what is missing. */
export const checkYaml = <Schema extends z.ZodType>(
  schema: Schema,
  { value, broken, placeOf }: YamlDocument,
): Checked<z.infer<Schema>> => {
  if (broken.length > 0) return { valid: false, findings: broken }
  const input = value ?? {}
  const parsed = schema.safeParse(input)
  if (parsed.success) return { valid: true, value: parsed.data }
  const findings = listIssues(parsed.error, input).map(
    ({ path, message, fix }): Finding => ({ ...placeOf(path), code: 'field_invalid', message, fix }),
  )
  return { valid: false, findings }
}
