/** How a metric is declared: name, help, and every value that each of its labels can have, so that all series are known. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Label name -> its closed list of values; null where the list is somebody else's (a version, a status code). */
type Labels = Readonly<Record<string, readonly string[] | null>>
type Name<Of extends Labels> = keyof Of & string
type Values<Of extends Labels> = { [Label in Name<Of>]: NonNullable<Of[Label]>[number] }

/** Upper edges in seconds; every SLO threshold (0.25, 30, 300, 900) lies on one. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900]

/** Every combination of the values; none where one of the lists is open. */
const combinations = <Of extends Labels>(labels: Of): Values<Of>[] =>
  Object.entries(labels).reduce<Record<string, string>[]>(
    (made, [name, values]) => made.flatMap((one) => (values ?? []).map((value) => ({ ...one, [name]: value }))),
    [{}],
  ) as Values<Of>[]

/** OpenMetrics allows 128 characters, name and value together. */
const LONGEST_ID = 128 - 'incident_id'.length

const exemplarOf = (incident_id: string | undefined): Record<string, string> =>
  incident_id === undefined || incident_id.length > LONGEST_ID ? {} : { incident_id }

export type Declare = ReturnType<typeof declareMetrics>

/**
 * Counters and histograms begin with all their series at 0, so that a rate exists before the first event. A gauge has none
 * until somebody knows its value: 0 looks healthy. The exemplar of a series is the last incident that was counted in it.
 */
export const declareMetrics = (registry: Registry) => {
  const settings = <Of extends Labels>(name: string, help: string, labels: Of) => ({
    name: `interlock_${name}`,
    help,
    labelNames: Object.keys(labels) as Name<Of>[],
    registers: [registry],
  })
  return {
    counter: <Of extends Labels>(name: string, help: string, labels: Of) => {
      const counter = new Counter<Name<Of>>(settings(name, help, labels))
      for (const one of combinations(labels)) counter.inc(one, 0)
      return counter
    },
    counterOfIncidents: <Of extends Labels>(name: string, help: string, labels: Of) => {
      const counter = new Counter<string>({
        ...settings(name, help, labels),
        enableExemplars: true,
      })
      for (const one of combinations(labels)) counter.inc({ labels: one, value: 0 })
      return {
        get: () => counter.get(),
        inc: (one: Values<Of>, incident_id: string | undefined) =>
          counter.inc({ labels: one, value: 1, exemplarLabels: exemplarOf(incident_id) }),
      }
    },
    histogram: <Of extends Labels>(name: string, help: string, labels: Of, buckets = SECONDS) => {
      const histogram = new Histogram<Name<Of>>({ ...settings(name, help, labels), buckets })
      for (const one of combinations(labels)) histogram.zero(one)
      return histogram
    },
    histogramOfIncidents: <Of extends Labels>(name: string, help: string, labels: Of) => {
      const histogram = new Histogram<string>({
        ...settings(name, help, labels),
        buckets: SECONDS,
        enableExemplars: true,
      })
      for (const one of combinations(labels)) histogram.zero(one)
      return {
        get: () => histogram.get(),
        observe: (one: Values<Of>, value: number, incident_id: string | undefined) =>
          histogram.observe({ labels: one, value, exemplarLabels: exemplarOf(incident_id) }),
      }
    },
    /** Of what a process knows of itself: asked at each scrape, so that keeping it costs nothing. */
    followingGauge: <Of extends Labels>(name: string, help: string, labels: Of) => {
      const followed: { one: Values<Of>; read: () => number }[] = []
      const gauge: Gauge<Name<Of>> = new Gauge<Name<Of>>({
        ...settings(name, help, labels),
        collect: () => {
          for (const { one, read } of followed) gauge.set(one, read())
        },
      })
      return {
        get: () => gauge.get(),
        follow: (one: Values<Of>, read: () => number) => {
          followed.push({ one, read })
        },
      }
    },
    gauge: <Of extends Labels>(name: string, help: string, labels: Of) => {
      const gauge = new Gauge<Name<Of>>(settings(name, help, labels))
      if (Object.keys(labels).length === 0) gauge.remove()
      return gauge
    },
  }
}
