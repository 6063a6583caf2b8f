/** Azure Monitor: action groups with the common alert schema. */
import { z } from 'zod'
import { Instant, instantOrNull } from './instant.ts'
import { measuredReading } from './measured-alert.ts'
import { measurement } from './metric-context.ts'
import { digestId } from './own-id.ts'
import { rejectedBy } from './reading.ts'
import { countedSeverity, namedSeverity } from './severity.ts'
import type { Source } from './source.ts'
import { namedPairs, pairsOf, readTags } from './tags.ts'
import { Text } from './text.ts'
import { windowMinutes } from './window.ts'

const LEVELS = { Sev0: 'P1', Sev1: 'P2', Sev2: 'P3', Sev3: 'P4', Sev4: 'P5' } as const

const Essentials = z.object({
  alertId: Text,
  originAlertId: Text,
  alertRule: Text,
  /** Spelt both ways. */
  alertRuleID: Text,
  alertRuleId: Text,
  severity: Text,
  monitorCondition: z.enum(['Fired', 'Resolved'], 'send Fired or Resolved'),
  firedDateTime: Instant,
  resolvedDateTime: z.unknown().optional(),
})

/** Other monitoring services have another context, of which nothing is known here. */
const Context = z
  .object({
    condition: z.object({
      windowSize: Text,
      allOf: z.array(
        z.object({ metricName: Text, metricValue: z.unknown().optional(), dimensions: z.unknown().optional() }),
      ),
    }),
  })
  .catch({ condition: { windowSize: '', allOf: [] } })

const Body = z.object({
  schemaId: z.literal('azureMonitorCommonAlertSchema', 'enable the common alert schema in the action group'),
  data: z.object({
    essentials: Essentials.refine(({ alertId, originAlertId }) => alertId || originAlertId, 'send the alertId'),
    alertContext: z
      .unknown()
      .optional()
      .transform((context) => Context.parse(context)),
    customProperties: z.unknown().optional(),
  }),
})

/** The last part of the rule's resource id; its display name where there is none. */
const ruleOf = ({ alertRuleID, alertRuleId, alertRule }: z.infer<typeof Essentials>): string =>
  (alertRuleID || alertRuleId).split('/').at(-1) || alertRule

export const azureMonitor: Source = {
  name: 'azure_monitor',
  title: 'Azure Monitor',
  never_refuse_content: false,
  // Azure sends no more than 256 KB.
  body_limit: 512 * 1024,
  retries: 'after_429',
  read(body) {
    const parsed = Body.safeParse(body)
    if (!parsed.success) return [rejectedBy(parsed.error, body, '')]
    const { essentials, alertContext, customProperties } = parsed.data.data
    const { windowSize, allOf } = alertContext.condition
    const tags = readTags([...pairsOf(customProperties), ...allOf.flatMap(({ dimensions }) => namedPairs(dimensions))])
    return [
      measuredReading(
        {
          source: 'azure_monitor',
          id: digestId(essentials.alertId || essentials.originAlertId),
          status: essentials.monitorCondition === 'Fired' ? 'firing' : 'resolved',
          rule: ruleOf(essentials),
          tags,
          service_fix: ['data.customProperties.service', 'add the custom property service to the alert rule'],
          severity: namedSeverity(tags.priority, tags.severity) ?? countedSeverity(LEVELS, essentials.severity),
          starts_at: essentials.firedDateTime,
          ends_at: instantOrNull(essentials.resolvedDateTime),
          window_minutes: windowMinutes({ window: windowSize }),
          metrics: Object.assign({}, ...allOf.map((one) => measurement(one.metricName, one.metricValue))),
        },
        'data',
      ),
    ]
  },
}
