/** Somebody stops everything and goes home. */
import type { Experiment, Scene } from '../experiment.ts'

const order = async ({ installation }: Scene, command: 'stop' | 'resume') => {
  const { code, stderr } = await installation.run([command, '--by', 'gameday', '--reason', 'an experiment'])
  if (code !== 0) throw new Error(`interlock ${command}: ${stderr}`)
}

/** Verdicts other than those that the sources themselves bring about. */
const decided = async ({ installation: { ledger } }: Scene) =>
  Object.entries(await ledger.accounting()).reduce(
    (sum, [name, count]) => (name.startsWith('verdict:') && name !== 'verdict:closed' ? sum + count : sum),
    0,
  )

export const killSwitchForgotten: Experiment = {
  name: 'kill-switch-forgotten',
  hypothesis: 'Under an emergency stop alerts are taken and nothing is decided; when it is lifted all of it is, once.',
  alert: 'KillSwitchActive',
  fires: { rules: 900, product: 15 },
  recovers: { rules: 60, product: 60 },
  inflict: async (scene, felt) => {
    await order(scene, 'stop')
    try {
      const before = await decided(scene)
      await felt()
      const since = (await decided(scene)) - before
      return since === 0 ? [] : [`${since} incidents were decided under an emergency stop`]
    } finally {
      await order(scene, 'resume')
    }
  },
}
