/** All dashboards, in the order in which somebody looks at them. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { dependencyHealth } from './dependency-health/dashboard.ts'
import { queuesAndBlockers } from './queues-and-blockers/dashboard.ts'
import { serviceOverview } from './service-overview/dashboard.ts'

const DASHBOARDS: readonly Dashboard[] = [serviceOverview(), dependencyHealth(), queuesAndBlockers()]

/** The file of each, below `grafana/dashboards/`. The SDK puts every link into a menu, where nobody looks at night. */
export const dashboardFiles = (): ReadonlyMap<string, string> =>
  new Map(
    DASHBOARDS.map((dashboard) => [
      `${dashboard.uid}.json`,
      `${JSON.stringify(dashboard, (key, value) => (key === 'placement' && value === 'inControlsMenu' ? undefined : value), 2)}\n`,
    ]),
  )
