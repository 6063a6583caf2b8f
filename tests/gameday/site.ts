/** What an experiment is played on: the production build with live facts, a Prometheus that watches it, and senders. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chanceFrom } from '../../bench/chance.ts'
import { freePort } from '../../src/shared/free-port.ts'
import { openFaultyNetwork } from '../faults/harness/faulty-network.ts'
import { type Installation, type Member, openInstallation, type Size } from '../faults/harness/installation.ts'
import { type Load, STORY_NAMES, startLoad } from '../faults/harness/load.ts'
import { WORKERS } from '../faults/harness/site.ts'
import { fixturePath } from '../support/fixture.ts'
import { eventually } from '../support/processes.ts'
import { type Alerting, openAlerting } from './alerting.ts'
import type { Scene } from './experiment.ts'
import type { Targets } from './time-scale.ts'

export interface Site {
  installation: Installation
  alerting: Alerting
  targets: Targets
  load: Load
  scene: Scene
  /** The folder of policies that the workers follow. */
  policies: string
  close(): Promise<void>
}

/** Asked of the Prometheus that scrapes the processes: known as long as it answers. */
const ASKED = `
facts:
  quota_left:
    prometheus: 'sum(up{job="interlock-api"})'
    as_of: 'min(timestamp(up{job="interlock-api"}))'
    compare: ">= 0"
    max_age: 5m
`

/** The policies of the tests, and what they ask of Prometheus. */
const withLiveFacts = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-policies-'))
  await cp(fixturePath('policies'), folder, { recursive: true })
  const card = join(folder, 'high_memory_usage/readiness.yaml')
  await writeFile(card, (await readFile(card, 'utf8')) + ASKED)
  return folder
}

/** Faults a second that senders tell of, as a busy team's monitoring does. */
const RATE = 5

const addressesOf = (members: readonly Member[]) => members.map(({ origin }) => new URL(origin).host)

interface Different {
  workers?: Size['workers']
  /** As runPrometheus takes it. */
  past?: string
}

/** `patienceMs`: after which a delivery that nobody takes is a finding. */
export const openSite = async (
  scale: number,
  patienceMs: number,
  { workers: staff = WORKERS, past }: Different = {},
): Promise<Site> => {
  const closing: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const one of closing.reverse()) await one()
  }
  try {
    const port = await freePort()
    const facts = await openFaultyNetwork({ host: '127.0.0.1', port })
    closing.push(facts.close)
    const policies = await withLiveFacts()
    closing.push(() => rm(policies, { recursive: true, force: true }))
    const installation = await openInstallation({
      program: ['bin/interlock'],
      apis: [{}],
      workers: staff,
      env: { POLICY_DIR: policies, PROMETHEUS_URL: `http://127.0.0.1:${facts.port}` },
    })
    closing.push(installation.close)
    const { apis, workers, addresses } = installation
    const targets = { 'interlock-api': addressesOf(apis), 'interlock-worker': addressesOf(workers) }
    const alerting = await openAlerting(targets, scale, port, past)
    closing.push(alerting.stop)
    // Before the first scrape no fact is known, and what comes then is blocked.
    await eventually(async () => {
      if ((await alerting.value('min(up)')) !== 1) throw new Error('not every process is scraped')
    })
    const random = chanceFrom(Date.now())
    const load = startLoad('gameday', addresses, { random, rate: RATE, stories: STORY_NAMES, patienceMs })
    return {
      installation,
      alerting,
      targets,
      load,
      scene: { installation, load, random, patienceMs, facts },
      policies,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
