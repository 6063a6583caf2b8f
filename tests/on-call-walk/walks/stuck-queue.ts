/** The only worker of a stage dies, and nobody starts it again. */
import type { Walk } from '../walk.ts'

export const stuckQueue: Walk = {
  title: 'A stuck queue',
  alert: 'QueueStalled',
  playbook: 'playbook-stuck-queue',
  harm: async ({ installation: { workers } }) => {
    await workers[1]?.current().stop('SIGKILL')
    return 'The only worker of `readiness` gets SIGKILL. Nothing starts it again. Alerts go on coming, five a second.'
  },
  mend: async ({ installation: { workers } }, _onCall, transcript) => {
    transcript.note('`readiness` has no concurrency: no worker of that stage runs. _Mitigation_ says to start one.')
    const [, worker] = workers
    await worker?.replace('SIGKILL')
    const started = await worker?.current().started()
    transcript.tried('sh', 'interlock worker readiness', `${started?.event} …`)
  },
}
