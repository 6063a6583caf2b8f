/** Traces over OpenTelemetry, sent by OTLP/HTTP in the background: nothing of the pipeline ever waits for the receiver. */
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node'
import { BullMQOtel } from 'bullmq-otel'
import { VERSION } from '../version.ts'
import type { Log } from './log.ts'
import type { Tracing } from './tracing.ts'

/** A receiver that is down must not take the time in which the work in hand is finished. */
const CLOSE_DEADLINE_MS = 2000

/** A trace begins with a request, or with a job that nobody's trace added. An idle worker's looks at its queue are none. */
const beginnings: Sampler = {
  shouldSample: (_context, _traceId, _name, kind) => ({
    decision:
      kind === SpanKind.SERVER || kind === SpanKind.CONSUMER
        ? SamplingDecision.RECORD_AND_SAMPLED
        : SamplingDecision.NOT_RECORD,
  }),
  toString: () => 'beginnings',
}

/** Says once when spans begin to be lost, and again only after some have arrived in between. */
export const telling = (exporter: SpanExporter, log: Log): SpanExporter => {
  let losing = false
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined
        if (failed && !losing) log.event('traces_lost', { err: result.error })
        losing = failed
        done(result)
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  }
}

/** `endpoint` is the base address of an OTLP/HTTP receiver, as OpenTelemetry's own variable gives it. */
export const openTelemetry = (endpoint: string, component: string, log: Log): Tracing => {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`
  const exporter = telling(new OTLPTraceExporter({ url }), log)
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      'service.name': `interlock-${component}`,
      'service.namespace': 'interlock',
      'service.version': VERSION,
    }),
    sampler: new ParentBasedSampler({ root: beginnings }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
  provider.register()
  const tracer = provider.getTracer('interlock', VERSION)
  return {
    telemetry: new BullMQOtel({ tracerName: 'interlock', version: VERSION }),
    begin(method, route, run) {
      // A context that the sender claims is not taken over: it would join incidents that have nothing to do with each other.
      const attributes = { 'http.request.method': method, 'http.route': route }
      const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, ROOT_CONTEXT)
      context.with(trace.setSpan(ROOT_CONTEXT, span), run)
      return (status) => {
        span.setAttribute('http.response.status_code', status)
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      }
    },
    about([first, ...others]) {
      if (first) trace.getActiveSpan()?.setAttribute('incident_id', others.length > 0 ? [first, ...others] : first)
    },
    async close() {
      let timer: NodeJS.Timeout | undefined
      const deadline = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSE_DEADLINE_MS)
      })
      await Promise.race([provider.shutdown().catch(() => {}), deadline])
      clearTimeout(timer)
    },
  }
}
