/** An installation under load: a fault is inflicted on it, everything is mended and drained, and all is looked at. */
import { chanceFrom } from '../../../bench/chance.ts'
import { eventually } from '../../support/processes.ts'
import { buildFaults, type Change, QUICK } from './build.ts'
import type { Scene } from './faults.ts'
import { type Findings, findingsOf } from './findings.ts'
import { type Installation, openInstallation, type Size } from './installation.ts'
import { type Load, STORY_NAMES, type StoryName, startLoad } from './load.ts'

export interface Setup extends Partial<Omit<Size, 'program'>> {
  /** The times of production, instead of those a test can wait. */
  unhurried?: boolean
  /** A guard that is taken out of the build. */
  without?: { name: string; changes: readonly Change[] }
  /** Faults a second. */
  rate?: number
  stories?: readonly StoryName[]
  seed?: number
  /** How long to wait for what must come: a refusal, an acknowledgement, the last verdict. */
  patienceMs?: number
}

export interface Site {
  installation: Installation
  /** Findings over all loads so far, after the harm was done under a load of its own. */
  after(harm: (scene: Scene) => Promise<void>): Promise<Findings>
  /** How many incidents have each verdict, as `verdict:<name>`, at the last look. */
  incidents(): Record<string, number>
  close(): Promise<void>
}

/** Each stage twice, since whoever dies needs somebody who takes over. */
export const WORKERS = [
  ['normalize', 'dry-run'],
  ['readiness', 'normalize'],
  ['dry-run', 'readiness'],
].map((stages) => ({ stages }))

export const openSite = async (setup: Setup = {}): Promise<Site> => {
  const { without, unhurried, rate = 20, stories = STORY_NAMES, seed = 1, patienceMs = 60_000, ...size } = setup
  const program = unhurried
    ? await buildFaults('unhurried', [])
    : await buildFaults(without?.name ?? 'whole', [...QUICK, ...(without?.changes ?? [])])
  const installation = await openInstallation({ program, apis: [{}, {}], workers: WORKERS, ...size })
  const [random, chance] = [chanceFrom(seed), chanceFrom(seed + 1)]
  const told = new Map<string, ReadonlySet<string>>()
  let incidents: Record<string, number> = {}
  let loads = 0

  /** Gives up at the deadline: what has no verdict by then is found. */
  const drained = () =>
    eventually(async () => {
      const { in_flight } = await installation.ledger.accounting()
      if (in_flight !== 0) throw new Error(`${in_flight} in flight`)
    }, patienceMs).catch(() => {})

  /** The harm may be what keeps the very first delivery from being acknowledged. */
  const flowing = ({ told, refused }: Load) =>
    eventually(() => {
      if (told.size + refused() === 0) throw new Error('nothing was sent yet')
    })

  return {
    installation,
    incidents: () => incidents,
    after: async (harm) => {
      const load = startLoad(`load-${seed}-${loads++}`, installation.addresses, {
        random: chance,
        rate,
        stories,
        patienceMs,
      })
      try {
        if (rate > 0) await flowing(load)
        await harm({ installation, load, random, patienceMs })
      } finally {
        await load.stop()
      }
      for (const [fault, ids] of load.told) told.set(fault, ids)
      await drained()
      const { found, incidents: counted } = await findingsOf(installation.ledger, told)
      incidents = counted
      return found
    },
    close: installation.close,
  }
}
