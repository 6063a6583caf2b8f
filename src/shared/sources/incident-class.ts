/** What kind of incident an alert is: it selects the policy. */
import { IncidentClass } from '../contracts/identifiers.ts'
import { isSensitive } from './sensitive-text.ts'

/** Monitoring is blind: says nothing about the workload, so never takes the rule's own class or severity. */
export const MONITORING_GAP = 'monitoring_gap'

const UNCLASSIFIED = 'unclassified'

/** Grafana puts these in place of the rule's name when its query fails or returns nothing. */
export const isDatasourceAlert = (alertName: string): boolean => /^Datasource(Error|NoData)$/.test(alertName)

/** Empty where the name makes none: a class is kept and shown, so that it is made of no address, number or secret. */
export const classOf = (alertName: string): string =>
  isSensitive(alertName)
    ? ''
    : alertName
        .toLowerCase()
        .replace(/[^a-z0-9_-]/g, '_')
        .replace(/^[_-]+/, '')

/** From a rule's name as people write it; what makes no class is unclassified, for which there is no policy. */
export const classOfRule = (name: string): string => {
  const named = classOf(name.trim())
  return IncidentClass.safeParse(named).success ? named : UNCLASSIFIED
}

/** From the default title of both monitoring senders, `[FIRING:1] high_memory_usage prod …`; people write any other. */
export const classOfTitle = (title: string): string => {
  const name = /^\[FIRING:\d[^\]]*\] ([A-Za-z][A-Za-z0-9_-]{0,63})(?= |$)/.exec(title)?.[1]
  if (name === undefined) return UNCLASSIFIED
  return isDatasourceAlert(name) ? MONITORING_GAP : classOf(name)
}
