/** The committed dashboards are those that grafana/ makes, and they and the alerts know each other. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ALERTS } from '../../grafana/alert-rules.ts'
import { dashboardFiles } from '../../grafana/dashboards.ts'
import { above, below, limitOf, thresholdsOf } from '../../grafana/limits.ts'
import { repositoryFiles } from '../support/repository-files.ts'
import { alertsOf, panelsOf, readDashboards } from './parts.ts'

it('grafana/dashboards is what `npm run dashboards` writes', () => {
  const committed = repositoryFiles('grafana/dashboards').map(({ path, text }) => [path.split('/').at(-1), text])
  expect(Object.fromEntries(committed)).toEqual(Object.fromEntries(dashboardFiles()))
})

describe('every alert', () => {
  // Nothing is wrong when it fires, so that no panel explains it.
  const alerts = [...ALERTS.values()].filter(({ alert }) => alert !== 'Watchdog')

  it('is looked at', () => {
    expect(alerts.length).toBeGreaterThan(20)
  })

  it.each(alerts)('$alert leads to a dashboard with a panel that explains it', ({ alert, dashboardUrl }) => {
    const uid = dashboardUrl.split('/d/')[1]
    const dashboard = readDashboards().find((one) => one.uid === uid)
    expect(dashboard && panelsOf(dashboard).filter((panel) => alertsOf(panel).includes(alert))).not.toHaveLength(0)
  })
})

describe('the threshold of a panel', () => {
  it('is the first number the alert compares with, in the colour of whom it wakes', () => {
    expect(limitOf('QueueStalled')).toEqual({ value: 60, bad: 'above', colour: 'red' })
    expect(limitOf('TimelinessSlowBurn')).toEqual({ value: 3, bad: 'above', colour: 'orange' })
  })

  it('leaves 0 alone where one is too many, and marks 0 where it is too few', () => {
    expect(limitOf('KillSwitchActive')).toEqual({ value: 1e-9, bad: 'above', colour: 'orange' })
    expect(limitOf('RedisUnreachable')).toEqual({ value: 1e-9, bad: 'below', colour: 'red' })
  })

  it('cannot be that of an alert which does not exist, or compares no number', () => {
    expect(() => limitOf('QueueStaled')).toThrow('no alert QueueStaled')
    expect(() => limitOf('DeadLetterGrowing')).toThrow('compares with a number')
  })

  it.each([
    [[], [[null, 'text']]],
    [
      [above(5)],
      [
        [null, 'green'],
        [5, 'orange'],
      ],
    ],
    [
      [below(5)],
      [
        [null, 'orange'],
        [5, 'green'],
      ],
    ],
    [
      [above(9), { ...above(20), colour: 'red' as const }],
      [
        [null, 'green'],
        [9, 'orange'],
        [20, 'red'],
      ],
    ],
  ])('%j becomes %j', (limits, steps) => {
    expect(thresholdsOf(limits).map(({ value, color }) => [value, color])).toEqual(steps)
  })
})

it('the provisioning finds the dashboards and the datasource', () => {
  const read = (path: string) => parse(readFileSync(`grafana/provisioning/${path}`, 'utf8'))
  expect(read('dashboards/interlock.yaml').providers).toHaveLength(1)
  expect(read('datasources/prometheus.yaml').datasources).toMatchObject([{ type: 'prometheus', isDefault: true }])
})
