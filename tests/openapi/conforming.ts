/** Values as a schema of the API's document describes them, for requests that are made up. */
import fc from 'fast-check'
import { DOCUMENT, type Schema } from './document.ts'

interface Known {
  $ref?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  type?: string
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  items?: Schema
}

const component = (ref: string): Schema => {
  const found = DOCUMENT.components.schemas[ref.replace('#/components/schemas/', '')]
  if (!found) throw new Error(`the document has no ${ref}`)
  return found
}

const texts = ({ pattern, minLength = 0, maxLength = 300 }: Known): fc.Arbitrary<string> => {
  const fits = (text: string) => text.length >= minLength && text.length <= maxLength
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, 'u')).filter(fits)
  return fc.string({ minLength, maxLength, unit: 'grapheme' }).filter(fits)
}

const objects = ({ properties = {}, required = [], additionalProperties }: Known): fc.Arbitrary<unknown> => {
  const members = Object.entries(properties).map(([name, schema]) => {
    const value = conforming(schema)
    return [
      name,
      required.includes(name) ? value.map((some) => [some]) : fc.option(value.map((some) => [some])),
    ] as const
  })
  const named = fc
    .record(Object.fromEntries(members))
    .map((chosen) =>
      Object.fromEntries(Object.entries(chosen).flatMap(([name, some]) => (some ? [[name, some[0]]] : []))),
    )
  if (typeof additionalProperties !== 'object') return named
  const others = fc.dictionary(fc.string(), conforming(additionalProperties), { maxKeys: 5 })
  return fc.tuple(others, named).map(([other, own]) => ({ ...other, ...own }))
}

/** Only what the document says of requests: a keyword that is not read here is one to add. */
export const conforming = (schema: Schema): fc.Arbitrary<unknown> => {
  const known: Known = schema
  if (known.$ref !== undefined) return conforming(component(known.$ref))
  if ('const' in known) return fc.constant(known.const)
  if (known.enum) return fc.constantFrom(...known.enum)
  const choices = known.anyOf ?? known.oneOf
  if (choices) return fc.oneof(...choices.map(conforming))
  switch (known.type) {
    case undefined:
      return fc.jsonValue({ maxDepth: 3 })
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer({ min: known.minimum ?? -(2 ** 31), max: Math.min(known.maximum ?? 2 ** 31, 2 ** 31) })
    case 'number':
      return fc.double({ min: known.minimum ?? -1e9, max: known.maximum ?? 1e9, noNaN: true })
    case 'string':
      return texts(known)
    case 'array':
      return fc.array(conforming(known.items ?? {}), { maxLength: 5 })
    case 'object':
      return objects(known)
    default:
      throw new Error(`no values are made of type ${known.type}`)
  }
}
