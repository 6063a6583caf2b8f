/** Every experiment, in the order in which `--all` plays them. */
import type { Experiment } from '../experiment.ts'
import { factsDown } from './facts-down.ts'
import { killSwitchForgotten } from './kill-switch-forgotten.ts'
import { poisonJob } from './poison-job.ts'
import { redisFrozen } from './redis-frozen.ts'
import { redisFull } from './redis-full.ts'
import { redisRestarted } from './redis-restarted.ts'
import { webhookFlood } from './webhook-flood.ts'
import { workerKilled } from './worker-killed.ts'

export const EXPERIMENTS: readonly Experiment[] = [
  workerKilled,
  redisFrozen,
  redisRestarted,
  redisFull,
  poisonJob,
  webhookFlood,
  factsDown,
  killSwitchForgotten,
]
