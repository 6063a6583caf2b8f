/** A webhook source that a file describes instead of code: where in its payload each thing stands. */
import { z } from 'zod'
import { Severity } from './severity.ts'

/** RFC 6901; empty is the whole payload. */
const Pointer = z.string().regex(/^(\/([^~/]|~[01])*)*$/, 'a JSON pointer such as /labels/service')

/** Where it stands, or what it always is. */
const Place = z.union([Pointer, z.strictObject({ value: z.string().min(1) })])
export type Place = z.infer<typeof Place>

const Values = z.array(z.string().min(1)).default([])

export const SourceMapping = z
  .strictObject({
    /** `metric` measures the condition itself; `paging` was told of it, and waits for the source that measures. */
    kind: z.enum(['metric', 'paging']).default('metric'),
    /** The list of alerts; without it the payload is one alert. The pointers below begin at one alert. */
    alerts: Pointer.optional(),
    fields: z.strictObject({
      /** One per occurrence: the same when it fires, is repeated and is over. */
      id: Pointer,
      status: Place,
      class: Place,
      service: Place,
      namespace: Place.optional(),
      pod: Place.optional(),
      severity: Place.optional(),
      /** RFC 3339, or epoch seconds or milliseconds. */
      starts_at: Place.optional(),
      ends_at: Place.optional(),
      /** `10m`, `PT10M` or seconds as `600s`. */
      window: Place.optional(),
      link: Place.optional(),
      /** Alertmanager's groupKey, or its sha256. */
      group_key: Place.optional(),
    }),
    /** The values of `fields.status`, compared without regard to case. */
    status: z.strictObject({
      firing: Values.refine((values) => values.length > 0, 'name at least one value'),
      resolved: Values,
      ignored: Values,
    }),
    /** Values of `fields.severity`, compared likewise; words such as critical and P2 need no entry. */
    severity: z.partialRecord(Severity, Values).default({}),
    /** Numbers, by the name they get in `metric_context`. */
    metrics: z
      .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'an identifier such as memory_percent'), Pointer)
      .default({}),
  })
  .refine(({ status: { firing, resolved, ignored } }) => {
    const all = [...firing, ...resolved, ...ignored].map((value) => value.toLowerCase())
    return new Set(all).size === all.length
  }, 'a status means one thing: name each value once')
export type SourceMapping = z.infer<typeof SourceMapping>

/** Of a mapping, and of its file: `sources/<name>.yaml`. */
export const MappingName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'lower case letters, digits, _ and -, at most 32')
