/** The id of heartbeats. No source can name an incident like that: an incident id begins with at most eight letters. */
export const HEARTBEAT_ID = 'HEARTBEAT-0'
