/** What a person on call does, done by a program: opens what an alert links, asks the queries, calls the commands, writes down. */
import { execFile } from 'node:child_process'
import { basename, resolve } from 'node:path'
import { askPrometheus } from '../dashboards/ask-prometheus.ts'
import { alertsOf, panelsOf, readDashboards, targetsOf } from '../dashboards/parts.ts'
import type { Alert } from '../gameday/alerting.ts'
import type { Site } from '../gameday/site.ts'
import { scaleExpression } from '../gameday/time-scale.ts'
import { type Runbook, runbooks } from '../support/runbook.ts'
import { linesOf, type Transcript } from './transcript.ts'

export interface OnCall {
  /** Everything to paste of a section; `id` is the incident that a command is about. Throws where a command fails. */
  follow(book: Runbook, section: string, id?: string): Promise<void>
  /** What the panels show that link the alert's runbook, on the dashboard that the alert links. */
  lookAt(alert: Alert): Promise<void>
  /** By a shell, as pasted. */
  run(command: string): Promise<string>
}

const COMMAND_DEADLINE_MS = 60_000

/** The one of this name; an alert gives it by the end of its link. */
export const runbookOf = (link: string): Runbook => {
  const name = basename(link, '.md')
  const book = runbooks().find((one) => one.name === name)
  if (!book) throw new Error(`docs/runbooks has no ${name}.md`)
  return book
}

export const openOnCall = (site: Site, scale: number, transcript: Transcript): OnCall => {
  const env = { ...site.installation.env, PATH: `${resolve('bin')}:${process.env.PATH}` }
  const ask = async (promql: string) => {
    const now = Date.now() / 1000
    const span = { from: now, to: now, step: 1, rateInterval: `${Math.ceil(60 * scale)}s` }
    return linesOf(await askPrometheus(site.alerting.url, scaleExpression(promql, scale), span, true))
  }
  const run = (command: string): Promise<string> =>
    new Promise((fulfil, reject) => {
      execFile('sh', ['-c', command], { env, timeout: COMMAND_DEADLINE_MS }, (error, stdout, stderr) => {
        // 1 is an answer too: something does not pass.
        if (error && error.code !== 1) reject(new Error(`${command}: ${error.message}\n${stdout}`))
        else fulfil(stdout + stderr + (error ? '(exit code 1)' : ''))
      })
    })
  return {
    run,
    follow: async (book, section, id = '') => {
      const pastes = book.pastes.filter((paste) => paste.section === section)
      if (pastes.length === 0) throw new Error(`${book.name}.md has nothing to paste under ${section}`)
      for (const { kind, text } of pastes) {
        const own = text.replaceAll(/\bID\b/g, id)
        transcript.tried(kind, own, kind === 'promql' ? await ask(own) : await run(own))
      }
    },
    lookAt: async ({ labels: { alertname }, annotations: { dashboard_url = '' } }) => {
      const dashboard = readDashboards().find(({ uid }) => uid === basename(dashboard_url))
      if (!dashboard) throw new Error(`there is no dashboard ${dashboard_url}`)
      const panels = panelsOf(dashboard).filter((panel) => alertsOf(panel).includes(alertname))
      const seen = new Set<string>()
      if (panels.length === 0) throw new Error(`no panel of ${dashboard_url} links the runbook of ${alertname}`)
      for (const panel of panels) {
        const exprs = targetsOf(panel).map(({ expr }) => expr)
        // The same as a number and over time, and what only a picture shows.
        if (panel.type === 'heatmap' || exprs.every((expr) => seen.has(expr))) continue
        transcript.note(`Dashboard _${dashboard.title}_, panel _${panel.title}_:`)
        for (const expr of exprs) {
          seen.add(expr)
          transcript.tried('promql', expr, await ask(expr))
        }
      }
    },
  }
}
