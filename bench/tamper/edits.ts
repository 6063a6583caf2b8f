/** What can be done to the records of one trace, each at a place given; how well it is covered up is another matter. */
import { recordHash } from '../../src/shared/audit/record.ts'
import { AuditEvent, AuditRecord, GENESIS } from '../../src/shared/contracts/audit-record.ts'
import type { Chance } from '../chance.ts'

type Field = keyof AuditRecord

const otherDigest = (digest: string, chance: Chance) => {
  const at = chance.below(digest.length)
  const digit = ((Number.parseInt(digest.charAt(at), 16) + 1 + chance.below(15)) % 16).toString(16)
  return digest.slice(0, at) + digit + digest.slice(at + 1)
}

/** For every field of a record, another value that it could have. */
const ANOTHER: { [Name in Field]: (value: AuditRecord[Name], chance: Chance) => AuditRecord[Name] } = {
  seq: (seq, chance) => seq + 1 + chance.below(5),
  at: (at, chance) => new Date(Date.parse(at) + 1 + chance.below(100_000)).toISOString(),
  incident_id: (id) => `${id}-2`,
  event: (event, chance) => chance.pick(AuditEvent.options.filter((one) => one !== event)),
  stage: (stage, chance) => chance.pick(AuditRecord.shape.stage.options.filter((one) => one !== stage)),
  actor: (actor) => `${actor}0`,
  input_digest: otherDigest,
  output_digest: otherDigest,
  decision_diff: (diff) => ({ ...diff, status: ['blocked', 'dry_run_passed'] }),
  prompt_hash: otherDigest,
  policy_digest: (digest, chance) => (digest === null ? '0'.repeat(64) : otherDigest(digest, chance)),
  prev: otherDigest,
  hash: otherDigest,
}
export const FIELDS = Object.keys(ANOTHER) as Field[]

export const withAnother = <Name extends Field>(record: AuditRecord, field: Name, chance: Chance): AuditRecord => ({
  ...record,
  [field]: ANOTHER[field](record[field], chance),
})

const recordAt = (records: readonly AuditRecord[], place: number): AuditRecord => {
  const record = records[place]
  if (!record) throw new RangeError(`there is no record ${place}`)
  return record
}

/** The others are made anew with the chain. */
const CONTENT = FIELDS.filter((field) => !['seq', 'incident_id', 'prev', 'hash'].includes(field))

/** A made-up record as well made as can be, in place of or before the one there is. */
const forgedRecord = (records: readonly AuditRecord[], place: number, chance: Chance): AuditRecord => {
  const content = withAnother(recordAt(records, place), chance.pick(CONTENT), chance)
  const linked = { ...content, prev: records[place - 1]?.hash ?? GENESIS }
  return { ...linked, hash: recordHash(linked) }
}

export type Edit = (records: readonly AuditRecord[], place: number, chance: Chance) => AuditRecord[]

export const EDITS = {
  'change a record': (records, place, chance) => records.with(place, forgedRecord(records, place, chance)),
  'delete a record': (records, place) => records.toSpliced(place, 1),
  'insert a record': (records, place, chance) => records.toSpliced(place, 0, forgedRecord(records, place, chance)),
  'reorder two records': (records, place, chance) => {
    const second = chance.pick([...records.keys()].filter((at) => at !== place))
    return records.with(place, recordAt(records, second)).with(second, recordAt(records, place))
  },
  'cut the tail off': (records, place) => records.slice(0, place),
} satisfies Record<string, Edit>
