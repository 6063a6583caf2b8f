/** `/docs` is a page that a browser can show: everything it asks for is there, and its own policy allows it. */
import { afterAll, expect, it } from 'vitest'
import { DOCUMENT_TEXT } from './document.ts'
import { openUnasked } from './make-document.ts'

const server = openUnasked()
afterAll(() => server.close())

const get = async (url: string) => {
  const { statusCode, headers, payload } = await server.inject({ method: 'GET', url })
  return { status: statusCode, type: String(headers['content-type']), headers, payload }
}

it('the page loads everything it names, from here alone, as its content security policy allows', async () => {
  const page = await get('/docs')
  expect(page).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' })
  const assets = [...page.payload.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url = '']) => url)
  expect(assets.filter((url) => /\.(js|css)$/.test(url))).toHaveLength(5)
  for (const url of assets) {
    const { status, type, payload } = await get(url)
    expect([url, status, payload.length > 0]).toEqual([url, 200, true])
    expect(type).toMatch(url.endsWith('.js') ? /javascript/ : url.endsWith('.css') ? /css/ : /image/)
  }
  // No script stands in the page itself, so that none needs to be allowed there.
  expect(page.payload).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=/)
  const policy = String(page.headers['content-security-policy'])
  expect(policy).toContain("script-src 'self';")
  // Where there is no TLS in front, a browser would ask for the assets where nobody listens.
  expect(policy).not.toContain('upgrade-insecure-requests')
  expect((await get('/docs/static/swagger-initializer.js')).payload).toContain('"validatorUrl":null')
})

it('answers for what is not there as the API does', async () => {
  const { status, type, payload } = await get('/docs/static/nothing.js')
  expect([status, type]).toEqual([404, 'application/problem+json; charset=utf-8'])
  expect(JSON.parse(payload)).toMatchObject({ code: 'route_unknown' })
})

it('gives the document to machines', async () => {
  const { status, type, payload } = await get('/docs/json')
  expect([status, type]).toEqual([200, 'application/json; charset=utf-8'])
  expect(JSON.parse(payload)).toEqual(JSON.parse(DOCUMENT_TEXT))
  expect(await get('/docs/yaml')).toMatchObject({ status: 200, type: 'application/x-yaml' })
})
