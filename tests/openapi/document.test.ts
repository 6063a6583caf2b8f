/** The committed document is what the server says, a linter finds nothing in it, and it leaves no route or code out. */
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { describe, expect, it } from 'vitest'
import { OPERATIONS } from '../../src/producers/document/operations.ts'
import { PROBLEMS } from '../../src/shared/problem.ts'
import { DESCRIBED, DOCUMENT_TEXT } from './document.ts'
import { makeDocument, openUnasked } from './make-document.ts'

/** Pages for people, and what they are made of. */
const PAGES = /^\/(docs|queues)(\/|$)/

/** Of a probe nothing can be wrong with the request. */
const lint = async (text: string) => {
  const rules = { 'operation-4xx-problem-details-rfc7807': 'error', 'operation-4xx-response': 'off' } as const
  const config = await createConfig({ extends: ['recommended-strict'], rules })
  const findings = await lintFromString({ source: text, config })
  return findings.map(({ ruleId, message, location }) => `${ruleId} at ${location[0]?.pointer}: ${message}`)
}

it('docs/openapi.json is what `npm run openapi` writes', async () => {
  expect(DOCUMENT_TEXT).toBe(await makeDocument())
})

describe('a linter', () => {
  it('finds nothing in it', async () => {
    expect(await lint(DOCUMENT_TEXT)).toEqual([])
  })

  it('would find what is wrong', async () => {
    const broken = JSON.parse(DOCUMENT_TEXT)
    broken.paths['/incidents/{id}'].get.operationId = 'listIncidents'
    broken.paths['/kill-switch'].get.type = 'object'
    expect(await lint(JSON.stringify(broken))).toHaveLength(2)
  })
})

describe('the document', () => {
  it('has every route that is registered, and no other', async () => {
    const server = openUnasked()
    const routes: string[] = []
    server.addHook('onRoute', ({ method, url, config }) => {
      for (const one of [method].flat().filter((name) => name !== 'HEAD' && !PAGES.test(url))) {
        routes.push(`${one} ${url}`)
        const { role } = OPERATIONS[`${one} ${url}`] ?? {}
        expect(role === 'viewer' ? undefined : role).toBe(config?.role)
      }
    })
    await server.ready()
    await server.close()
    expect(routes.length).toBeGreaterThan(10)
    expect(Object.keys(OPERATIONS).sort()).toEqual(routes.sort())
    const described = DESCRIBED.map(({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`)
    expect(described.sort()).toEqual(routes.sort())
  })

  it('has every problem code but the one of no route, which it tells of at its head', () => {
    const text = JSON.stringify(DESCRIBED)
    expect(Object.keys(PROBLEMS).filter((code) => !text.includes(`"${code}"`))).toEqual(['route_unknown'])
    expect(JSON.parse(DOCUMENT_TEXT).info.description).toContain('route_unknown')
  })

  it('has an answer for a failure of our own on every route', () => {
    for (const { operation } of DESCRIBED) expect(Object.keys(operation.responses)).toContain('500')
  })
})
