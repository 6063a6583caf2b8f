/** The API's document (OpenAPI 3.1), made of the routes as they are registered and of what `OPERATIONS` says of each. */
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { VERSION } from '../../shared/version.ts'
import { nameComponents } from './components.ts'
import { schemaOf } from './operation.ts'
import { OPERATIONS } from './operations.ts'

type Transform = typeof jsonSchemaTransform

interface Document {
  paths?: Record<string, Record<string, unknown>>
  components?: { schemas?: Record<string, unknown> }
}

/**
 * Described, not enforced: bodies are kept as the bytes that were signed, and each route says itself what is wrong with
 * them. The tests hold every answer to the document. What it does not know, such as its own pages, is left out.
 */
const describeRoute: Transform = (about) => {
  const [method] = [about.route.method].flat()
  const operation = OPERATIONS[`${method} ${about.url}`]
  return jsonSchemaTransform({ ...about, schema: operation ? schemaOf(operation) : { hide: true } } as typeof about)
}

/** A route of several methods is described once; each gets a name of its own. */
const nameOperations = ({ paths = {} }: Document): void => {
  for (const [at, { id }] of Object.entries(OPERATIONS)) {
    const [method = '', url = ''] = at.split(' ')
    const path = paths[url.replace(/:(\w+)/g, '{$1}')]
    const operation = path?.[method.toLowerCase()]
    if (path && operation) path[method.toLowerCase()] = { ...operation, operationId: id }
  }
}

/** Each named schema is made for requests and for answers; one of the two is seldom used. */
const dropUnused = (document: Document): void => {
  const { schemas = {} } = document.components ?? {}
  for (let before = -1; before !== Object.keys(schemas).length; ) {
    before = Object.keys(schemas).length
    const text = JSON.stringify(document)
    for (const name of Object.keys(schemas)) if (!text.includes(`"#/components/schemas/${name}"`)) delete schemas[name]
  }
}

/** Before the routes: they are seen as they are registered. `app.swagger()` is the document. */
export const documentApi = (app: FastifyInstance): void => {
  nameComponents()
  app.register(swagger, {
    convertConstToEnum: false,
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'Interlock',
        version: VERSION,
        description:
          'The gate between an alert and an automated fix: webhooks in, a verdict with evidence out. What is wrong is answered as problem+json (RFC 9457) with a code; any address that is not listed here is answered 404 route_unknown.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'a token of an operator, or of the identity provider',
          },
          basic: { type: 'http', scheme: 'basic', description: 'the token as the password, to look with a browser' },
        },
      },
      tags: [
        { name: 'webhooks', description: 'Alerts in; each source proves itself in its own way' },
        { name: 'incidents', description: 'What became of them, and what a person answers; with a login' },
        { name: 'kill switch', description: 'The emergency stop; with a login' },
        { name: 'probes', description: 'Of every process, without a login' },
      ],
    },
    transform: describeRoute,
    transformObject: (about) => {
      const made = jsonSchemaTransformObject(about)
      nameOperations(made as Document)
      dropUnused(made as Document)
      return made
    },
  })
}
