/** Dashboard 3: what holds incidents, since when, and is anybody at it? */
import { frame } from '../frame.ts'
import { backlog } from './backlog.ts'
import { blockers } from './blockers.ts'
import { workers } from './workers.ts'

export const queuesAndBlockers = () =>
  frame({
    uid: 'queues-and-blockers',
    title: 'Queues and blockers',
    description: 'What waits in which queue and since when, which blockers hold incidents, and what was given up on.',
    rows: [backlog, workers, blockers],
  })
