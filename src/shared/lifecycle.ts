/** The life of a long-running process: started, told to stop by a signal, drained within a deadline. */
import type { Counter } from 'prom-client'
import { crashPoint } from './crash-point.ts'
import type { Log } from './telemetry/log.ts'

/** Longer than any stage and any request takes; a supervisor's grace period must be longer still. */
export const DRAIN_DEADLINE_MS = 20_000

export interface Lifecycle {
  /** From the signal on: what is in hand is finished, and nothing new is taken. */
  isStopping(): boolean
  /**
   * Resolves when the process was told to stop (SIGTERM, SIGINT) and `stop` has finished, or the deadline has passed. Work
   * that is cut off is not lost: its job is taken up by another worker. Call it before anybody hears that the process
   * runs: whoever hears it may stop it at once.
   */
  untilStopped(stop: () => Promise<unknown>): Promise<void>
}

export const openLifecycle = (
  log: Log,
  { shutdownForced }: { shutdownForced: Counter },
  deadlineMs = DRAIN_DEADLINE_MS,
): Lifecycle => {
  let stopping = false
  return {
    isStopping: () => stopping,
    untilStopped: async (stop) => {
      const signal = await new Promise<NodeJS.Signals>((resolve) => {
        process.once('SIGTERM', resolve).once('SIGINT', resolve)
      })
      stopping = true
      log.event('process_stopping', { signal })
      crashPoint('shutdown:signalled')
      let timer: NodeJS.Timeout | undefined
      const deadline = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), deadlineMs)
      })
      const outcome = await Promise.race([stop(), deadline])
      clearTimeout(timer)
      crashPoint('shutdown:drained')
      if (outcome === 'late') {
        shutdownForced.inc()
        log.event('shutdown_forced', { deadline_ms: deadlineMs })
      }
      log.event('process_stopped')
    },
  }
}
