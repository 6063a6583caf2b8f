/** `docs/openapi.json` as the tests read it: its operations, one by one. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Schema = Record<string, unknown>

export interface Parameter {
  in: 'path' | 'query' | 'header'
  name: string
  required?: boolean
  schema: Schema
}

export interface Operation {
  operationId: string
  parameters?: Parameter[]
  /** Each of them is enough. */
  security: Record<string, string[]>[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>
}

export interface Described {
  method: string
  /** With `{name}` for a parameter. */
  path: string
  operation: Operation
}

export const DOCUMENT_TEXT = readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8')

interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

export const DOCUMENT: Document = JSON.parse(DOCUMENT_TEXT)

export const DESCRIBED: readonly Described[] = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)
