/** The environment, parsed once at start: the only file that reads it. */
import { z } from 'zod'
import { CodedError } from './coded-error.ts'
import { AddressRange } from './contracts/address-range.ts'
import { Duration } from './contracts/duration.ts'
import { CLUSTER_URL, hasWholeEscapes, SENTINEL_URL } from './redis-address.ts'

const DAY = 86_400_000

const port = (fallback: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(z.int().max(65_535))
    .default(fallback)
    .describe('a port from 0 (any free one) to 65535')

/** One entry per variable; its description is what a person is told to set. */
const variables = {
  REDIS_URL: z
    .union([
      z.url({ protocol: /^rediss?$/, hostname: /./ }).regex(/^\w+:\/\/[^/?#]*(\/\d{0,5})?(\?.*)?$/),
      z.string().regex(SENTINEL_URL),
      z.string().regex(CLUSTER_URL),
    ])
    .refine(hasWholeEscapes)
    .optional()
    .describe(
      'a URL like redis://user:password@host:6379/0 (a % in user or password as %25), rediss:// for TLS, ' +
        'redis+sentinel://host:26379,host:26379/name, or redis+cluster://host:6379,host:6379 (no database but 0)',
    ),
  REDIS_PASSWORD_FILE: z.string().optional().describe('the path of a file with the password of REDIS_URL'),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/)
    .default('127.0.0.1')
    .describe('an address or host name to listen on, e.g. 0.0.0.0'),
  PORT: port(8080),
  WORKER_PORT: port(9464),
  POLICY_DIR: z.string().default('policies').describe('the path of the policy folder'),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .default('interlock')
    .describe('1 to 64 letters, digits, _ and -'),
  /** Absent: each stage's own choice. */
  WORKER_CONCURRENCY: z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(1000))
    .optional()
    .describe('jobs a stage works on at once, from 1 to 1000'),
  WEBHOOK_RATE_LIMIT: z
    .string()
    .regex(/^\d{1,7}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(1_000_000))
    .default(3000)
    .describe('deliveries in 10 s from one address for one source, from 1 to 1000000'),
  /** Who trusts everybody believes any stranger. */
  TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(',').map((range) => range.trim()))
    .pipe(z.array(AddressRange.refine((range) => !/\/0+$/.test(range))))
    .optional()
    .describe('addresses and ranges, separated by commas, such as 10.0.0.0/8,192.0.2.7, and none of /0'),
  /** Kept as it was written; `retentionMs` says how long that is. */
  LEDGER_RETENTION: z
    .string()
    .refine((text) => {
      const kept = Duration.safeParse(text).data
      return kept !== undefined && kept >= 1000 && kept <= 365 * DAY
    })
    .default('30d')
    .describe('a duration from 1s to 365d, such as 36h or 30d'),
  PROMETHEUS_URL: z
    .url({ protocol: /^https?$/, hostname: /./ })
    .refine((text) => !/[?#]|:\/\/[^/]*@/.test(text))
    .optional()
    .describe('a URL like https://prometheus.internal:9090, without user, password and query'),
  PROMETHEUS_TOKEN_FILE: z.string().optional().describe('the path of a file with a bearer token'),
  WEBHOOK_SECRETS_FILE: z.string().optional().describe('the path of the file with the secrets of the webhook sources'),
  OPERATOR_TOKENS_FILE: z
    .string()
    .optional()
    .describe('the path of a file of operators: name, role, sha256 of a token'),
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/, hostname: /./ })
    .refine((text) => !/[?#]|:\/\/[^/]*@/.test(text))
    .optional()
    .describe('a URL like https://login.example.com/realms/ops, as tokens have it in "iss"'),
  OIDC_AUDIENCE: z.string().optional().describe('the audience that tokens for Interlock have in "aud"'),
  OIDC_ROLE_CLAIM: z.string().default('roles').describe('the name of the claim with the roles'),
  REVISION: z
    .string()
    .regex(/^[\w.+-]{1,64}$/)
    .default('unknown')
    .describe('1 to 64 letters, digits, _ . + and -'),
  /** Nothing above `error`: errors are always logged. */
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('debug, info, warn or error'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, hostname: /./ })
    .refine((text) => !/[?#]|:\/\/[^/]*@/.test(text))
    .optional()
    .describe('a URL like http://otel-collector:4318, without user, password and query'),
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('development, test or production'),
}

/** Every variable Interlock knows; `docs/reference.md` lists the same. */
export const CONFIG_VARIABLES = Object.keys(variables) as (keyof typeof variables)[]

const Environment = z.object(variables)
export type Config = z.infer<typeof Environment>

/** As it is set: without defaults, and not yet looked at. */
export type Environment = Readonly<Partial<Record<keyof typeof variables, string>>>

/** Names every bad variable at once, so that a start is corrected in one go. */
export class ConfigError extends CodedError {
  constructor(problems: readonly string[]) {
    super(
      'config_invalid',
      ['the environment is not usable:', ...problems.map((problem) => `  - ${problem}`)].join('\n'),
    )
  }
}

/** A URL as it may be shown: user, password and query, where secrets travel, are left out. */
export const withoutSecrets = (url: string): string =>
  url.replace(/^([a-z0-9+.-]*:\/\/)?.*@/is, '$1***@').replace(/\?.*$/s, '?***')

const problemOf = (name: keyof typeof variables, value: string): string => {
  const shown = JSON.stringify(/_(URL|ENDPOINT|ISSUER)$/.test(name) ? withoutSecrets(value) : value)
  return `${name} is ${shown}: must be ${variables[name].description}`
}

/**
 * A variable that is set but empty counts as not set. Variables Interlock does not know are not looked at. `needs` says
 * what else keeps this process from starting. Throws ConfigError.
 */
export const loadConfig = (
  env: Record<string, string | undefined> = process.env,
  needs: (set: Environment) => string[] = () => [],
): Config => {
  const set: Environment = Object.fromEntries(
    CONFIG_VARIABLES.flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  )
  const parsed = Environment.safeParse(set)
  const bad = new Set(parsed.error?.issues.map((issue) => issue.path[0]))
  const problems = CONFIG_VARIABLES.filter((name) => bad.has(name)).map((name) => problemOf(name, set[name] ?? ''))
  // An embedded Redis is for a laptop: in production it would lose every incident with its process.
  if (set.NODE_ENV === 'production' && !set.REDIS_URL)
    problems.push(`REDIS_URL is not set: with NODE_ENV=production it must be ${variables.REDIS_URL.description}`)
  problems.push(...needs(set))
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)
  return parsed.data
}

/** `LEDGER_RETENTION` in milliseconds. */
export const retentionMs = ({ LEDGER_RETENTION }: Config): number => Duration.parse(LEDGER_RETENTION)

/** The environment of this process with some variables set otherwise, for a process it starts. */
export const environmentWith = (
  set: Readonly<Partial<Record<keyof typeof variables, string>>>,
): Record<string, string | undefined> => ({ ...process.env, ...set })

/**
 * What a process of the faults build is to do to itself, from `CRASH_AT`: the signal it gets when it passes the point for
 * the nth time, e.g. `stage:decided 3 SIGSTOP`. Null for nothing. Throws ConfigError.
 */
export const crashPlan = <Point extends string>(
  points: readonly Point[],
  text: string | undefined = process.env.CRASH_AT,
): { point: Point; passing: number; signal: 'SIGKILL' | 'SIGSTOP' } | null => {
  if (!text) return null
  const [name, passing, signal] = text.split(' ')
  const point = points.find((known) => known === name)
  if (!point || !/^[1-9]\d*$/.test(passing ?? '') || (signal !== 'SIGKILL' && signal !== 'SIGSTOP'))
    throw new ConfigError([
      `CRASH_AT is ${JSON.stringify(text)}: must be one of ${points.join(', ')}, a number and SIGKILL or SIGSTOP`,
    ])
  return { point, passing: Number(passing), signal }
}
