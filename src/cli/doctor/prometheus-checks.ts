/** Whether what the policies ask of Prometheus can be asked, and is answered. */
import type { Config } from '../../shared/config.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import { createMetrics } from '../../shared/telemetry/metrics.ts'
import { VERSION } from '../../shared/version.ts'
import { openPrometheus } from '../../workers/facts/prometheus.ts'
import { type Check, failed, ok } from './check.ts'
import { tryFacts } from './try-facts.ts'

const NAME = 'prometheus'

/** `high_memory_usage (remaining_quota)`, for each class that asks. */
const asking = ({ classes }: PolicySet): string[] =>
  [...classes.values()].flatMap((policy) => {
    const names = 'problem' in policy ? [] : Object.keys(policy.card.facts)
    return names.length === 0 ? [] : [`${policy.incident_class} (${names.join(', ')})`]
  })

/** None where no policy asks and nothing is set. `now` is RFC 3339. */
export const prometheusChecks = async (
  policies: PolicySet,
  { PROMETHEUS_URL: url, PROMETHEUS_TOKEN_FILE: tokenFile }: Config,
  now: string,
): Promise<Check[]> => {
  const classes = asking(policies)
  if (url === undefined) {
    if (classes.length === 0) return []
    const what = `PROMETHEUS_URL is not set, and policies ask: ${classes.join(', ')}; their incidents are blocked with fact_unknown`
    return [failed(NAME, what, 'set PROMETHEUS_URL for the workers')]
  }
  const prometheus = openPrometheus({ url, tokenFile }, createMetrics(VERSION))
  const answer = await prometheus.ask({ value: 'vector(1)', as_of: 'vector(1)' }, now)
  if ('problem' in answer)
    return [failed(NAME, `${url}: ${answer.problem}`, 'start it, or set PROMETHEUS_URL to the one that runs')]
  const answers = ok(NAME, `${url} answers; asked by ${classes.join(', ') || 'no policy'}`)
  return [answers, ...(await tryFacts(policies, prometheus, now))]
}
