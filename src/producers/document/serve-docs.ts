/** `/docs`: the API's document as a page to read and try, `/docs/json` and `/docs/yaml` for machines. */
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

/** The page is made of its own files alone. It asks for no TLS: where there is none in front, nothing would load. */
const POLICY = {
  'default-src': ["'none'"],
  'connect-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
}

export const serveDocs = (app: FastifyInstance): void => {
  app.register(swaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'Interlock API' },
    staticCSP: POLICY,
    // Otherwise the page shows the document to a service elsewhere.
    uiConfig: { validatorUrl: null, layout: 'BaseLayout' },
  })
}
