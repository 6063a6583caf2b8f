/** The Prometheus that policies ask takes connections and answers nothing. */
import type { Experiment, Scene } from '../experiment.ts'

const PASSED = ['dry_run_passed', 'awaiting_review', 'semi_manual']

/** How the faults ended that were told of since. */
const endedSince = async ({ installation: { ledger }, load }: Scene, known: ReadonlySet<string>) => {
  const since = [...load.told].filter(([fault]) => !known.has(fault)).flatMap(([, ids]) => [...ids])
  const records = await Promise.all(since.map((id) => ledger.readRecord(id)))
  return records.flatMap((record) => (record?.verdict ? [{ id: record.incident_id, ...record.verdict }] : []))
}

export const factsDown: Experiment = {
  name: 'facts-down',
  hypothesis: 'What cannot be asked is unknown: every incident is blocked with fact_unknown, in time, and none passes.',
  alert: 'CircuitOpen',
  fires: { rules: 120, product: 30 },
  recovers: { rules: 60, product: 30 },
  inflict: async (scene, felt) => {
    scene.facts.fallSilent()
    // Told of from here on: what was on its way may have its facts already.
    const known = new Set(scene.load.told.keys())
    try {
      await felt()
      const ended = await endedSince(scene, known)
      const unknown = ended.some(({ blockers }) => blockers.some(({ code }) => code === 'fact_unknown'))
      const passed = ended.filter(({ verdict }) => PASSED.includes(verdict))
      return [
        ...(unknown ? [] : ['nothing was blocked with fact_unknown']),
        ...passed.map(({ id, verdict }) => `${id} passed without facts: ${verdict}`),
      ]
    } finally {
      scene.facts.heal()
    }
  },
}
