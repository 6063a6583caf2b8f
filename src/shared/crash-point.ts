/** Named moments at which a process of the faults build ends or stops itself. In the production build they are not there. */
import { crashPlan } from './config.ts'

/** Every moment between two effects at which a crash leaves something else behind. The fault tests crash at each. */
export const CRASH_POINTS = [
  'accept:before-write',
  'accept:after-write',
  'stage:fetched',
  'stage:decided',
  'stage:before-commit',
  'stage:after-commit',
  'dead-letter:before',
  'dead-letter:after',
  'hold:before',
  'hold:after',
  'put-back:before',
  'put-back:after',
  'release:before',
  'release:after',
  'prune:before',
  'prune:after',
  'review:before',
  'review:after',
  'shutdown:signalled',
  'shutdown:drained',
] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

/** Set by `scripts/build.mjs`, and not at all where the sources run as they are. */
declare const FAULTS_BUILD: boolean | undefined

const planned = typeof FAULTS_BUILD !== 'undefined' && FAULTS_BUILD ? crashPlan(CRASH_POINTS) : null
let passed = 0

/** A declaration, since the build leaves out calls of a declared function that is empty, and with them the names. */
export function crashPoint(name: CrashPoint): void {
  if (typeof FAULTS_BUILD === 'undefined' || !FAULTS_BUILD) return
  if (planned?.point === name && ++passed === planned.passing) process.kill(process.pid, planned.signal)
}
