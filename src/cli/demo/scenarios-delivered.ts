/** Scenarios about the deliveries themselves: repeats, the end before the beginning, noise, and what cannot be read. */
import {
  ALERT,
  googleCloud,
  googleCloudClosed,
  googleCloudTest,
  grafana,
  grafanaGroup,
  grafanaResolved,
  grafanaTest,
  page,
  pageResolved,
  ping,
  SERVICE,
  snsConfirmation,
  watchdog,
} from './deliveries.ts'
import type { Scenario } from './scenario.ts'

const service = (name: string) => ({ rename: { [SERVICE]: name } })
const STORM = {
  rename: { ...service('checkout-api').rename, [ALERT]: 'high_cpu_usage', memory_percent: 'cpu_percent' },
}
const TEN = 10

export const DELIVERED: readonly Scenario[] = [
  {
    title: 'One delivery ten times at once, and once more after the verdict: one incident',
    deliveries: [
      grafana(['accepted', ...Array<'duplicate'>(TEN - 1).fill('duplicate')], { ...STORM, times: TEN }),
      grafana(['duplicate'], { ...STORM, afterVerdict: true }),
    ],
    ends: [{ verdict: 'dry_run_passed' }],
  },
  {
    title: 'Resolved arrives before firing: nothing is run',
    deliveries: [
      grafanaResolved(['closed'], service('inventory-api')),
      grafana(['duplicate'], service('inventory-api')),
    ],
    ends: [{ verdict: 'closed' }],
  },
  {
    title: 'Resolved while the page waits for a second source',
    deliveries: [page(['accepted'], service('ledger-api')), pageResolved(['closed'], service('ledger-api'))],
    ends: [{ verdict: 'closed' }],
  },
  {
    title: 'Google Cloud Monitoring says that it is over while it waits for a person',
    deliveries: [
      googleCloud(['accepted'], service('archive-api')),
      googleCloudClosed(['closed'], { ...service('archive-api'), afterVerdict: true }),
    ],
    ends: [{ verdict: 'closed' }],
  },
  {
    title: 'Resolved while it waits for a person',
    deliveries: [
      grafana(['accepted'], service('profile-api')),
      grafanaResolved(['closed'], { ...service('profile-api'), afterVerdict: true }),
    ],
    ends: [{ verdict: 'closed' }],
  },
  {
    title: 'A batch of three with one bad alert: that one is rejected, the others go on',
    deliveries: [
      grafanaGroup(['accepted', 'rejected', 'accepted'], {
        rename: { [SERVICE]: 'checkout-api', '2026-05-17T11:45:00Z': 'yesterday' },
      }),
    ],
    ends: [{ verdict: 'awaiting_review' }, { verdict: 'awaiting_review' }],
  },
  {
    title: 'No incidents: the watchdog, tests, a ping, and a topic that asks to be confirmed',
    deliveries: [
      ...[watchdog(['ignored']), grafanaTest(['ignored']), ping(['ignored'])],
      ...[googleCloudTest(['ignored']), snsConfirmation(['ignored'])],
    ],
    ends: [],
  },
  {
    title: 'A body that is not JSON',
    deliveries: [grafana({ status: 400, code: 'body_not_json' }, { rename: { '"receiver":': '"receiver"' } })],
    ends: [],
  },
]
