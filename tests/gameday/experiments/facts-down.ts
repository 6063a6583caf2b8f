/** The Prometheus that policies ask takes connections and answers nothing. */
import type { Experiment, Scene } from '../experiment.ts'

const PASSED = ['dry_run_passed', 'awaiting_review', 'semi_manual']

/** Of the faults that were told of since, incidents that passed all the same. */
const passedSince = async ({ installation: { ledger }, load }: Scene, known: ReadonlySet<string>) => {
  const since = [...load.told].filter(([fault]) => !known.has(fault)).flatMap(([, ids]) => [...ids])
  const records = await Promise.all(since.map((id) => ledger.readRecord(id)))
  const decided = records.flatMap((record) => (record?.verdict ? [record] : []))
  return { decided, passed: decided.filter(({ verdict }) => PASSED.includes(verdict?.verdict ?? '')) }
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
      const { decided, passed } = await passedSince(scene, known)
      if (decided.length === 0) return ['nothing was decided while the facts could not be asked']
      return passed.map(({ incident_id, verdict }) => `${incident_id} passed without facts: ${verdict?.verdict}`)
    } finally {
      scene.facts.heal()
    }
  },
}
