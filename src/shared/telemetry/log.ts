/** Logging: one JSON object a line on stdout, every line one of the events in `log-events`, nothing secret in it. */
import { type DestinationStream, pino } from 'pino'
import type { Config } from '../config.ts'
import { LOG_EVENTS, type LogEvent } from './log-events.ts'

/** Names under which these few things are logged, so that one query finds them whoever wrote the line. */
interface LogFields {
  incident_id?: string | undefined
  request_id?: string | undefined
  route?: string | undefined
  latency_ms?: number | undefined
  status?: number | string | undefined
  error_code?: string | undefined
  /** Logged with type, message and stack. */
  err?: unknown
  [name: string]: unknown
}

export interface Log {
  /** The event's level comes from the list; at a level below LOG_LEVEL nothing is written. */
  event(name: LogEvent, fields?: LogFields): void
  /** A log that adds these fields to every line. */
  child(fields: LogFields): Log
}

const SECRET_NAMES = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'password',
  'token',
  'secret',
  'x-api-key',
]

/** Redaction goes by path and a path has a fixed depth: a secret is found in a field, and up to two objects down. */
const SECRET_PATHS = ['', '*', '*.*'].flatMap((above) => SECRET_NAMES.map((name) => `${above}["${name}"]`))

const overPino = (logger: pino.Logger): Log => ({
  event: (name, fields) => logger[LOG_EVENTS[name].level]({ ...fields, event: name }),
  child: (fields) => overPino(logger.child(fields)),
})

/** `component` names the part that speaks, e.g. `api` or `worker`. `to` stands in for stdout. */
export const createLog = (component: string, level: Config['LOG_LEVEL'], to?: DestinationStream): Log =>
  overPino(
    pino(
      {
        level,
        base: { service: 'interlock', component },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        redact: { paths: SECRET_PATHS, censor: '[redacted]' },
      },
      to ?? pino.destination({ dest: 1, sync: true }),
    ),
  )
