import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findSource } from '../../shared/sources/index.ts'
import { ALERT, alertmanager, grafana, grafanaResolved, page, pageCourse, pageResolved, SERVICE } from './deliveries.ts'
import { type Renames, renameInPayload } from './rename-in-payload.ts'
import type { Delivery } from './scenario.ts'

const alertOf = ({ to, file }: Delivery, renames: Renames = {}) => {
  const text = readFileSync(new URL(`../../../fixtures/${file}`, import.meta.url), 'utf8')
  const [reading] = findSource(to)?.read(JSON.parse(renameInPayload(text, renames)), '2026-05-17T12:00:00.000Z') ?? []
  if (reading?.reading !== 'alert') throw new Error(`${file}: ${JSON.stringify(reading)}`)
  return reading.alert
}
const group = (delivery: Delivery, renames?: Renames) =>
  alertOf(delivery, renames).correlation_keys.find((key) => key.startsWith('group:'))

const RENAMES = { [SERVICE]: 'billing-api', [ALERT]: 'high_cpu_usage' }

describe('renameInPayload', () => {
  it('changes every mention of a name, in labels, titles and pods alike', () => {
    expect(alertOf(grafana([]), RENAMES)).toMatchObject({
      incident_class: 'high_cpu_usage',
      service: 'billing-api',
      pod: 'billing-api-7c4d6f8b9-xq2lp',
    })
    expect(alertOf(page([]), RENAMES)).toMatchObject({ incident_class: 'high_cpu_usage', service: 'billing-api' })
  })

  it('keeps the sources of one incident in one group, and that group apart from the recorded one', () => {
    const keys = [grafana([]), alertmanager([]), page([])].map((delivery) => group(delivery, RENAMES))
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toMatch(/^group:[0-9a-f]{64}$/)
    expect(keys[0]).not.toBe(group(grafana([])))
  })

  it.each([
    ['grafana', grafana([]), grafanaResolved([])],
    ['pagerduty', page([]), pageResolved([])],
  ])('gives the same %s alert the same key, firing or resolved, and another than the recorded one has', (_, a, b) => {
    expect(alertOf(a, RENAMES).source_key).toBe(alertOf(b, RENAMES).source_key)
    expect(alertOf(a, RENAMES).source_key).not.toBe(alertOf(a).source_key)
  })

  it('renames the id of a course incident', () => {
    expect(alertOf(pageCourse([]), { 'HM-2026-05-17-01': 'HM-2026-05-17-02' }).incident_id).toBe('HM-2026-05-17-02')
  })

  it('is the same every time', () => {
    expect(alertOf(grafana([]), RENAMES)).toEqual(alertOf(grafana([]), RENAMES))
  })
})
