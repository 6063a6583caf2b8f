/** Logging: one JSON object a line on stdout, every line one of the events in `log-events`, nothing secret in it. */
import { type DestinationStream, pino } from 'pino'
import type { Config } from '../config.ts'
import { LOG_EVENTS, type LogEvent, type LogFields } from './log-events.ts'

export interface Log {
  /** The event's level and fields come from the list; at a level below LOG_LEVEL nothing is written. */
  event<Name extends LogEvent>(name: Name, fields?: LogFields<Name>): void
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

/** Whatever else hangs on an error stays out: ioredis hangs on it the whole command, and with it what was to be stored. */
const describeError = (thrown: unknown): unknown => {
  if (!(thrown instanceof Error)) return thrown
  const { type, message, stack } = pino.stdSerializers.err(thrown)
  return { type, message, stack }
}

/** So that errors can be counted by what they are: `ECONNREFUSED`, a code of ours, or the name of the class. */
const codeOf = (thrown: unknown): string | undefined => {
  if (!(thrown instanceof Error)) return undefined
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : thrown.name
}

/** Most lines are texts and numbers under names of ours: in these there is nothing to look for. */
const mayHoldSecrets = (fields: Readonly<Record<string, unknown>>): boolean => {
  for (const name in fields) if (typeof fields[name] === 'object' || SECRET_NAMES.includes(name)) return true
  return false
}

const overPino = (plain: pino.Logger, redacting: pino.Logger): Log => ({
  event: (name, fields: LogFields<'redis_error'> = {}) => {
    const named = fields.err === undefined ? fields : { error_code: codeOf(fields.err), ...fields }
    const logger = mayHoldSecrets(named) ? redacting : plain
    logger[LOG_EVENTS[name].level]({ ...named, event: name })
  },
})

/** `component` names the part that speaks, e.g. `api` or `worker`. `to` stands in for stdout; tests may be `silent`. */
export const createLog = (
  component: string,
  level: Config['LOG_LEVEL'] | 'silent',
  to: DestinationStream = pino.destination({ dest: 1, sync: true }),
): Log => {
  const options: pino.LoggerOptions = {
    level,
    base: { service: 'interlock', component },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    // Of what stands under it pino would repeat the message in a field of its own.
    errorKey: 'none',
  }
  return overPino(pino(options, to), pino({ ...options, redact: { paths: SECRET_PATHS, censor: '[redacted]' } }, to))
}
