/** What the pipeline asks of traces. OpenTelemetry itself is loaded only where there is somewhere to send them to. */
import type { Telemetry } from 'bullmq'
import type { Config } from '../config.ts'
import type { Log } from './log.ts'

export interface Tracing {
  /** For BullMQ's queues and workers: a job then carries the context of what added it. */
  readonly telemetry: Telemetry
  /** Begins a trace with this request and runs what it comes to within it. Call what it returns with the HTTP status. */
  begin(method: string, route: string, run: () => void): (status: number) => void
  /** Says of the span at work which incidents it is about. */
  about(incidentIds: readonly string[]): void
  /** Sends what is left, for two seconds at most. */
  close(): Promise<void>
}

export const startTracing = async (
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: Config,
  component: string,
  log: Log,
): Promise<Tracing | undefined> =>
  endpoint ? (await import('./open-telemetry.ts')).openTelemetry(endpoint, component, log) : undefined
