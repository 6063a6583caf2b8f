/** A real Prometheus with the rules of the repository on the processes of an installation, and what it says of them. */
import { z } from 'zod'
import { runPrometheus } from '../support/prometheus-process.ts'
import { repositoryFiles } from '../support/repository-files.ts'
import { configFor, scaleRules, type Targets } from './time-scale.ts'

const Alerts = z.object({
  data: z.object({
    alerts: z.array(
      z.object({
        labels: z.object({ alertname: z.string() }).catchall(z.string()),
        annotations: z.record(z.string(), z.string()),
        state: z.string(),
      }),
    ),
  }),
})
const Rules = z.object({
  data: z.object({
    groups: z.array(z.object({ rules: z.array(z.object({ name: z.string(), lastError: z.string().optional() })) })),
  }),
})
const Values = z.object({ data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }) })

export type Alert = z.infer<typeof Alerts>['data']['alerts'][number]

export interface Alerting {
  url: string
  /** Pending ones too, as Prometheus would send them. */
  alerts(): Promise<Alert[]>
  /** Names of the alerts that fire; the one that always does is left out. */
  firing(): Promise<Set<string>>
  /** Rules that could not be evaluated, each with the reason. */
  failing(): Promise<string[]>
  /** Of the first series; null without one. */
  value(promql: string): Promise<number | null>
  stop(): Promise<void>
}

const ANSWER_DEADLINE_MS = 10_000

/** `prometheus/prometheus.yml`. */
export const exampleConfig = (): string => repositoryFiles('prometheus', /^prometheus\/prometheus\.yml$/)[0]?.text ?? ''

/** `past`: samples from before it was started, as runPrometheus takes them. */
export const openAlerting = async (targets: Targets, scale: number, port: number, past?: string): Promise<Alerting> => {
  const rules = repositoryFiles('prometheus/rules', /\.yml$/).map(({ path, text }) => [
    path.replaceAll('/', '-'),
    scaleRules(text, scale),
  ])
  const names = rules.map(([name = '']) => name)
  const files = {
    ...Object.fromEntries(rules),
    'prometheus.yml': configFor(exampleConfig(), scale, targets, names),
  }
  const { url, stop } = await runPrometheus(files, port, past)
  const get = async <Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> => {
    const response = await fetch(`${url}/api/v1/${path}`, { signal: AbortSignal.timeout(ANSWER_DEADLINE_MS) })
    return schema.parse(await response.json())
  }
  const alerts = async () => (await get('alerts', Alerts)).data.alerts
  return {
    url,
    alerts,
    firing: async () => {
      const names = (await alerts()).filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname)
      return new Set(names.filter((name) => name !== 'Watchdog'))
    },
    failing: async () => {
      const { groups } = (await get('rules', Rules)).data
      return groups.flatMap(({ rules }) => rules.flatMap((r) => (r.lastError ? [`${r.name}: ${r.lastError}`] : [])))
    },
    value: async (promql) => {
      const { result } = (await get(`query?query=${encodeURIComponent(promql)}`, Values)).data
      return result[0] ? Number(result[0].value[1]) : null
    },
    stop,
  }
}
