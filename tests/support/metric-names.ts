/** What PromQL names: Interlock's metrics, those of Node, what is recorded, and what Prometheus says of itself. */
export const metricNamesIn = (queries: readonly string[]): string[] => {
  const found = queries.flatMap((text) => [
    ...text.matchAll(/\b(?:interlock|nodejs|process|prometheus)_[a-z0-9_]+|\binterlock:[\w:]+/g),
  ])
  return [...new Set(found.map(([name]) => name))].sort()
}
