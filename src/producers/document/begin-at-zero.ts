/** Every answer that the document knows begins at 0 in the metrics, so that a rate sees the first failures of a process too. */
import type { Metrics } from '../../shared/telemetry/metrics.ts'
import { schemaOf } from './operation.ts'
import { OPERATIONS } from './operations.ts'

export const beginAtZero = ({ httpRequestDuration }: Pick<Metrics, 'httpRequestDuration'>): void => {
  for (const [address, operation] of Object.entries(OPERATIONS)) {
    const [method = '', route = ''] = address.split(' ')
    for (const code of Object.keys(schemaOf(operation).response)) httpRequestDuration.zero({ route, method, code })
  }
}
