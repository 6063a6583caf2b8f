/** The Prometheus that the environment names, if it names one. */
import type { Config } from '../../shared/config.ts'
import type { Metrics } from '../../shared/telemetry/metrics.ts'
import { openPrometheus, type Prometheus } from './prometheus.ts'

export const configuredPrometheus = (
  { PROMETHEUS_URL: url, PROMETHEUS_TOKEN_FILE: tokenFile }: Config,
  metrics: Metrics,
): { prometheus?: Prometheus } => (url ? { prometheus: openPrometheus({ url, tokenFile }, metrics) } : {})
