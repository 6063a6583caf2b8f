/** What every dashboard has round its panels: the choice of datasource and job, deploys and stops as marks, links. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  AnnotationQueryBuilder,
  ConstantVariableBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DATASOURCE } from './about.ts'
import { only } from './promql.ts'

export interface Row {
  /** Of the row itself; as fixed as those of its panels. */
  id: number
  title: string
  panels: readonly Builder<Panel>[]
}

export interface Frame {
  /** In the address of the dashboard, where alerts link to. */
  uid: string
  title: string
  description: string
  /** Symptoms first. */
  rows: readonly Row[]
}

const TAG = 'interlock'

/** Where links lead, unless an installation says otherwise in its own copy. */
const RUNBOOKS = 'https://interlock.example/docs/runbooks'
const API = 'https://interlock.example'

const variables = () => [
  new DatasourceVariableBuilder('datasource').label('Datasource').type('prometheus'),
  new QueryVariableBuilder('job')
    .label('Job')
    .datasource(DATASOURCE)
    .query('label_values(interlock_build_info, job)')
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ text: ['All'], value: ['$__all'] }),
  new ConstantVariableBuilder('runbooks').description('The folder of the runbooks').value(RUNBOOKS),
  new ConstantVariableBuilder('api').description('Where Interlock lists its incidents').value(API),
]

/** For a minute after a version was first seen it counts as a deploy; a process more or less of it is none. */
const deployed = () => {
  const running = only('interlock_build_info')
  return `count by (version, revision) (${running}) unless count by (version, revision) (${running} offset 1m)`
}

const annotations = () => [
  new AnnotationQueryBuilder()
    .name('Deploys')
    .datasource(DATASOURCE)
    .expr(deployed())
    .step('15s')
    .titleFormat('Deploy')
    .textFormat('{{version}} {{revision}}')
    .iconColor('blue')
    .enable(true),
  new AnnotationQueryBuilder()
    .name('Kill switches')
    .datasource(DATASOURCE)
    .expr(`max by (scope) (${only('interlock_kill_switch_active')}) > 0`)
    .step('15s')
    .titleFormat('Kill switch')
    .textFormat('scope {{scope}}')
    .iconColor('red')
    .enable(true),
]

const links = () => [
  new DashboardLinkBuilder('Interlock').type(DashboardLinkType.Dashboards).tags([TAG]).includeVars(true).keepTime(true),
  new DashboardLinkBuilder('Runbooks').type(DashboardLinkType.Link).url('$runbooks').targetBlank(true),
]

export const frame = ({ uid, title, description, rows }: Frame): Dashboard => {
  const dashboard = new DashboardBuilder(`Interlock / ${title}`)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables(variables())
    .annotations(annotations())
    .links(links())
  for (const { id, title, panels } of rows) {
    dashboard.withRow(new RowBuilder(title).id(id))
    for (const panel of panels) dashboard.withPanel(panel)
  }
  return dashboard.build()
}
