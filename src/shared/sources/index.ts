/** The sources there are, in the order in which they are listed everywhere: a new one is one file and one line here. */
import type { SourceName } from '../contracts/alert.ts'
import { alertmanager } from './alertmanager.ts'
import { grafana } from './grafana.ts'
import { pagerduty } from './pagerduty.ts'
import type { Source } from './source.ts'

export const SOURCES: readonly Source[] = [grafana, alertmanager, pagerduty]

export const findSource = (name: SourceName | (string & {})): Source | undefined =>
  SOURCES.find((source) => source.name === name)
