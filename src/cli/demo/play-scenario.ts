/** Plays one scenario over HTTP: sends its deliveries, follows its incidents to their verdicts, and compares. */
import { readFile } from 'node:fs/promises'
import { projectFile } from '../../shared/project-file.ts'
import type { ApiClient, DeliveryAnswer, SeenIncident } from './api-client.ts'
import { answerDiffers, endingDiffers } from './compare-outcome.ts'
import { renameInPayload } from './rename-in-payload.ts'
import type { Delivery, Scenario } from './scenario.ts'

/** Told of each thing as it happens; `problem` is null when it is as the scenario says. */
export interface Progress {
  begins(scenario: Scenario): void
  answered(delivery: Delivery, answers: readonly DeliveryAnswer[], problem: string | null): void
  ended(incident: SeenIncident, problem: string | null): void
}

export interface Played {
  title: string
  incidents: SeenIncident[]
  answers: DeliveryAnswer[]
  problems: string[]
}

const bodyOf = async ({ file, rename }: Delivery): Promise<string> => {
  const text = await readFile(projectFile(`fixtures/${file}`), 'utf8')
  return rename ? renameInPayload(text, rename) : text
}

const sendAll = async (delivery: Delivery, api: ApiClient): Promise<DeliveryAnswer[]> => {
  const body = await bodyOf(delivery)
  return Promise.all(Array.from({ length: delivery.times ?? 1 }, () => api.send(delivery.to, body)))
}

export const playScenario = async (scenario: Scenario, api: ApiClient, progress: Progress): Promise<Played> => {
  progress.begins(scenario)
  const ids = new Set<string>()
  const answers: DeliveryAnswer[] = []
  const problems: (string | null)[] = []
  const untilVerdicts = () => Promise.all([...ids].map((id) => api.untilVerdict(id)))

  for (const delivery of scenario.deliveries) {
    if (delivery.afterVerdict) await untilVerdicts()
    const got = await sendAll(delivery, api)
    const problem = answerDiffers(delivery, got)
    for (const { incident_id } of got.flatMap(({ incidents }) => incidents)) if (incident_id) ids.add(incident_id)
    answers.push(...got)
    problems.push(problem && `${delivery.file}: ${problem}`)
    progress.answered(delivery, got, problem)
  }

  const incidents = await untilVerdicts()
  for (const [position, incident] of incidents.entries()) {
    const ending = scenario.ends[position]
    const first = scenario.deliveries[0]?.to ?? ''
    const problem = ending ? endingDiffers(ending, incident, first) : 'expected no such incident'
    problems.push(problem && `${incident.incident_id}: ${problem}`)
    progress.ended(incident, problem)
  }
  if (incidents.length < scenario.ends.length)
    problems.push(`expected ${scenario.ends.length} incidents, got ${incidents.length}`)
  return { title: scenario.title, incidents, answers, problems: problems.filter((problem) => problem !== null) }
}
