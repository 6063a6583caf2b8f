/** A receiver of traces over OTLP/HTTP, as a collector is one: a small real server that keeps what it is sent. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

const Value = z.object({
  stringValue: z.string().optional(),
  intValue: z.union([z.number(), z.string()]).optional(),
  arrayValue: z.object({ values: z.array(z.object({ stringValue: z.string() })) }).optional(),
})
const Attributes = z
  .array(z.object({ key: z.string(), value: Value.loose() }))
  .transform((all) =>
    Object.fromEntries(
      all.map(({ key, value }) => [
        key,
        value.arrayValue?.values.map(({ stringValue }) => stringValue) ?? value.stringValue ?? value.intValue,
      ]),
    ),
  )
const Span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().default(''),
  name: z.string(),
  kind: z.number(),
  attributes: Attributes,
})
const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
})
export type ReceivedSpan = z.infer<typeof Span> & { resource: Record<string, unknown> }

export const startReceiver = async () => {
  const spans: ReceivedSpan[] = []
  let text = ''
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    text += body
    if (request.method !== 'POST' || request.url !== '/v1/traces') return response.writeHead(404).end()
    for (const { resource, scopeSpans } of Export.parse(JSON.parse(body)).resourceSpans)
      for (const one of scopeSpans) spans.push(...one.spans.map((span) => ({ ...span, resource: resource.attributes })))
    return response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    /** All that it was sent, as it was sent. */
    text: () => text,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
