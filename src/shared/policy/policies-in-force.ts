/** The policy set in force in a process: read at start, replaced when the folder changes, kept when a change is invalid. */
import type { PolicySet } from '../contracts/policy.ts'
import type { Log } from '../telemetry/log.ts'
import { loadPolicyFolder } from './policy-folder.ts'
import { watchPolicyFolder } from './watch-policy-folder.ts'

export interface PoliciesInForce {
  current(): PolicySet
  close(): void
}

/** Throws PolicyError when the folder cannot be read at start. */
export const policiesInForce = async (dir: string, log: Log): Promise<PoliciesInForce> => {
  let current = await loadPolicyFolder(dir)
  const announce = () =>
    log.event('policy_loaded', { policy_digest: current.digest, classes: [...current.classes.keys()] })
  announce()
  const watch = new AbortController()
  const onRefused = (err: unknown) => log.event('policy_refused', { err, policy_digest: current.digest })
  watchPolicyFolder(dir, {
    current,
    onChange: (changed) => {
      current = changed
      announce()
    },
    onRefused,
    signal: watch.signal,
  }).catch(onRefused)
  return { current: () => current, close: () => watch.abort() }
}
