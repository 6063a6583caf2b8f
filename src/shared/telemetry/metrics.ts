/** Every metric Interlock exports. `/metrics` reads only what is in memory here and never waits for Redis. */
import { collectDefaultMetrics, type Metric, type OpenMetricsContentType, Registry } from 'prom-client'
import { declareMetrics } from './metrics/declare-metrics.ts'
import { incidentMetrics } from './metrics/incident-metrics.ts'
import { processMetrics } from './metrics/process-metrics.ts'
import { queueMetrics } from './metrics/queue-metrics.ts'

export type Metrics = ReturnType<typeof createMetrics>

/** Its type says the default format wherever prom-client takes a registry. */
const openMetricsRegistry = (): Registry => {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  return registry as unknown as Registry
}

/**
 * The same metrics in both formats. To write OpenMetrics, prom-client takes `_total` off the very names of the counters, so
 * that it gets a view of each metric, with a name of its own to change.
 */
const inBothFormats = (metrics: readonly Metric[]) => {
  const registry = new Registry()
  const openMetrics = openMetricsRegistry()
  for (const metric of metrics) {
    registry.registerMetric(metric)
    openMetrics.registerMetric(Object.create(metric))
  }
  return { registry, openMetrics }
}

/** One of each a process. `revision` is the commit it was built from. */
export const createMetrics = (version: string, revision = 'unknown') => {
  const declared = openMetricsRegistry()
  collectDefaultMetrics({ register: declared })
  // promtool refuses gauges named *_total; these three are prom-client's own.
  for (const name of ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'])
    declared.removeSingleMetric(name)
  const declare = declareMetrics(declared)
  const metrics = { ...incidentMetrics(declare), ...queueMetrics(declare), ...processMetrics(declare) }
  metrics.buildInfo.set({ version, revision }, 1)
  return { ...inBothFormats(declared.getMetricsAsArray() as unknown as Metric[]), ...metrics }
}
