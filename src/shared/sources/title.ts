/** The default title of Alertmanager and Grafana, `[FIRING:1] <values of the group's labels> (<other values>)`. */

const GROUP = /^\[(?:FIRING:\d|RESOLVED)[^\]]*\] ([^()]*)(?:\(|$)/
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const SEVERITIES = /^(critical|error|warning|info|none|p[0-5])$/

/**
 * The values are in the order of the labels' names, so of a group by alertname, namespace and service the last is the
 * service. Empty for every other title: with fewer values nobody knows which they are.
 */
export const serviceOfTitle = (title: string): string => {
  const values = (GROUP.exec(title)?.[1] ?? '').split(' ').filter((value) => value !== '')
  const last = values.at(-1) ?? ''
  return values.length >= 3 && DNS_LABEL.test(last) && !SEVERITIES.test(last) ? last : ''
}
