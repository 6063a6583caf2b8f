/** The few shapes of PromQL the panels are made of. Every selector keeps to the job that was chosen above the panels. */

/** One metric, by its full name so that it can be searched for; `where` is more matchers. */
export const only = (metric: string, where = ''): string => `${metric}{job=~"$job"${where && `, ${where}`}}`

const by = (labels: string): string => (labels ? ` by (${labels})` : '')

/** Per second, over all processes. */
export const rate = (counter: string, labels = '', where = '', window = '$__rate_interval'): string =>
  `sum${by(labels)} (rate(${only(counter, where)}[${window}]))`

/** A sampled gauge says the same in every process: the worst of them counts, and nothing is added up. */
export const worst = (gauge: string, labels = ''): string => `max${by(labels)} (${only(gauge)})`

export const total = (gauge: string, labels: string): string => `sum${by(labels)} (${only(gauge)})`

/** Seconds since what a `*_timestamp_seconds` tells. */
export const since = (timestamp: string, labels = ''): string => `time() - ${worst(timestamp, labels)}`

export const quantile = (q: number, histogram: string, labels = '', where = ''): string =>
  `histogram_quantile(${q}, ${rate(`${histogram}_bucket`, labels ? `le, ${labels}` : 'le', where)})`

/** A part of a whole; no value, instead of NaN, while nothing happens at all. */
export const share = (part: string, whole: string): string => `${part} / (${whole} > 0)`

/** Prometheus 3 writes a whole edge of a bucket as `30.0`, its predecessors as the process does. */
export const under = (seconds: number): string =>
  Number.isInteger(seconds) ? `le=~"${seconds}|${seconds}.0"` : `le="${seconds}"`
