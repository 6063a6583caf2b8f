/** What somebody else wrote in the place of an incident: unlike with a Redis that does not answer, no retry can help. */
import { UnrecoverableError } from 'bullmq'

export class IncidentUnreadable extends UnrecoverableError {
  constructor(incidentId?: string) {
    super(`${incidentId ?? 'the incident'} or its trace is not in a form Interlock writes`)
  }
}

/** For a `catch` of what reads one incident: null for one that is not readable, so that it hides no other. */
export const onlyUnreadable = (error: unknown): null => {
  if (error instanceof IncidentUnreadable) return null
  throw error
}

/** For a `catch` of what asks Redis for one incident: something that is no hash, or no list, lies there. */
export const orUnreadable = (error: Error): never => {
  throw error.message.includes('WRONGTYPE') ? new IncidentUnreadable() : error
}
