/** A change of state of a CloudWatch alarm. It names the rule, not the occurrence, and does not say when that began. */
import { z } from 'zod'
import { instantOrNull } from './instant.ts'
import { type Measured, measuredReading } from './measured-alert.ts'
import { measurement } from './metric-context.ts'
import { digestId } from './own-id.ts'
import { rejectedBy } from './reading.ts'
import { type Claim, namedSeverity } from './severity.ts'
import type { Reading } from './source.ts'
import { namedPairs, readTags } from './tags.ts'
import { Text } from './text.ts'
import { windowMinutes } from './window.ts'

/** `2026-05-17T11:42:00.131+0000`, an offset without its colon. */
const StateChange = z
  .unknown()
  .optional()
  .transform((at) => instantOrNull(typeof at === 'string' ? at.replace(/([+-]\d\d)(\d\d)$/, '$1:$2') : at))
  .refine((at) => at !== null, 'send the time of the change')

/** Composite alarms have none. Its Namespace is that of the metric, not of Kubernetes, so it is not read. */
const Trigger = z
  .object({
    MetricName: Text,
    Dimensions: z.unknown().optional().transform(namedPairs),
    Period: z.number().catch(0),
    EvaluationPeriods: z.number().catch(0),
  })
  .catch({ MetricName: '', Dimensions: [], Period: 0, EvaluationPeriods: 0 })

const Alarm = z.object({
  AlarmName: z.string('send the name of the alarm').min(1, 'send the name of the alarm'),
  AlarmArn: z.string('send the ARN of the alarm').min(1, 'send the ARN of the alarm'),
  AlarmDescription: Text,
  NewStateValue: z.enum(['ALARM', 'OK', 'INSUFFICIENT_DATA'], 'send ALARM, OK or INSUFFICIENT_DATA'),
  OldStateValue: Text,
  NewStateReason: Text,
  StateChangeTime: StateChange,
  Trigger: z
    .unknown()
    .optional()
    .transform((trigger) => Trigger.parse(trigger)),
})

/** `severity=critical service=api` in the description: the alarm has no other place for what its author knows. */
const statedIn = (description: string) =>
  [...description.matchAll(/(?:^|[\s,;])([a-z_]+)=([^\s,;]+)/g)].map(([, name, value]) => [name, value] as const)

/** Those that name a service or a namespace. `PodName` names the workload there, and no pod. */
const DIMENSIONS: ReadonlyMap<unknown, string> = new Map([
  ['ServiceName', 'service'],
  ['Service', 'service'],
  ['Namespace', 'namespace'],
])

/** The most recent datapoint stands first: `[93.0 (17/05/26 11:41:00)]`. */
const datapointIn = (reason: string): string | undefined => /\[(-?\d[\d.]*(?:E-?\d+)?) \(/.exec(reason)?.[1]

/** An alarm has no severity of its own. */
const ALARM: Claim = { severity: 'P2', severity_inferred: true }

/** The new state begins or ends something; leaving the blind state ends that as well. */
export const readAlarm = (raw: unknown): Reading[] => {
  const parsed = Alarm.safeParse(raw)
  if (!parsed.success) return [rejectedBy(parsed.error, raw, 'Message')]
  const { AlarmName, AlarmArn, NewStateValue, OldStateValue, Trigger: trigger, ...alarm } = parsed.data
  const dimensions = trigger.Dimensions.map(([name, value]) => [DIMENSIONS.get(name) ?? '', value] as const)
  const tags = readTags([...statedIn(alarm.AlarmDescription), ...dimensions])
  const common: Omit<Measured, 'id' | 'status'> = {
    source: 'cloudwatch_sns',
    rule: AlarmName.split('/').at(-1) ?? '',
    tags,
    service_fix: ['AlarmDescription', 'write service=<name> into the description of the alarm'],
    severity: namedSeverity(tags.priority, tags.severity) ?? ALARM,
    starts_at: null,
    ends_at: alarm.StateChangeTime,
    as_of: alarm.StateChangeTime,
    window_minutes: windowMinutes({ window: `${Math.max(0, trigger.Period * trigger.EvaluationPeriods)}s` }),
    metrics: measurement(trigger.MetricName, datapointIn(alarm.NewStateReason)),
  }
  const id = digestId(AlarmArn)
  const blind = (status: Measured['status']) =>
    measuredReading({ ...common, id: `${id}:no-data`, status, gap: true, metrics: {} }, 'Message')
  if (NewStateValue === 'INSUFFICIENT_DATA') return [blind('firing')]
  const seen = measuredReading({ ...common, id, status: NewStateValue === 'ALARM' ? 'firing' : 'resolved' }, 'Message')
  return OldStateValue === 'INSUFFICIENT_DATA' ? [seen, blind('resolved')] : [seen]
}
