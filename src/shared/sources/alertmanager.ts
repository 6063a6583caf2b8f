/** Prometheus Alertmanager, webhook payload version 4. */
import { z } from 'zod'
import { BatchBody, type Dialect, readBatch } from './metric-alert.ts'
import { rejectedBy } from './reading.ts'
import type { Source } from './source.ts'
import { alertListLink } from './source-ref.ts'

const Body = BatchBody.extend({ version: z.literal('4', 'send an Alertmanager webhook, payload version "4"') })

const DIALECT: Dialect = {
  source: 'alertmanager',
  sourceRef: (_alert, batch) => alertListLink(batch.externalURL),
  // The format has no numbers of its own: they exist only where the rule's author annotated them.
  measured: () => ({}),
  isGap: () => false,
  notAnIncident: () => null,
}

export const alertmanager: Source = {
  name: 'alertmanager',
  title: 'Prometheus Alertmanager',
  never_refuse_content: false,
  read(body) {
    const parsed = Body.safeParse(body)
    return parsed.success ? readBatch(parsed.data, DIALECT) : [rejectedBy(parsed.error, body, '')]
  },
}
