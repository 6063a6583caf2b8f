/** The ways to tamper with traces in the store, at places left to chance; `tamper` returns whom it concerns. */
import type { AuditRecord } from '../../src/shared/contracts/audit-record.ts'
import type { Chance } from '../chance.ts'
import { EDITS, type Edit, FIELDS, withAnother } from './edits.ts'
import type { Backup, Store } from './store.ts'

export interface Scene {
  store: Store
  chance: Chance
  /** How many records of each incident a checkpoint vouches for; what lies behind them is nobody's promise. */
  anchored: ReadonlyMap<string, number>
  /** The installation before its incidents were decided. */
  earlier: Backup
}

export interface Tampering {
  kind: string
  /** Whether the chains, with the heads stored beside them, give it away. */
  chainSees: boolean
  tamper(scene: Scene): Promise<readonly string[]>
}

interface Victim {
  id: string
  records: AuditRecord[]
  /** One of the anchored records. */
  place: number
}

const victims = async ({ store, chance, anchored }: Scene, count: number): Promise<Victim[]> => {
  const ids = [...anchored.keys()]
  const chosen = new Set<string>()
  while (chosen.size < count) chosen.add(chance.pick(ids))
  return Promise.all(
    [...chosen].map(async (id) => ({
      id,
      records: await store.trace(id),
      place: chance.below(anchored.get(id) ?? 0),
    })),
  )
}

const onOne = (kind: string, chainSees: boolean, act: (victim: Victim, scene: Scene) => Promise<void>): Tampering => ({
  kind,
  chainSees,
  tamper: async (scene) => {
    const chosen = await victims(scene, 1)
    for (const victim of chosen) await act(victim, scene)
    return chosen.map(({ id }) => id)
  },
})

/** Two incidents change places: `write` stores the records under the id. */
const swap = (
  kind: string,
  chainSees: boolean,
  write: (store: Store, id: string, records: AuditRecord[]) => Promise<void>,
): Tampering => ({
  kind,
  chainSees,
  tamper: async (scene) => {
    const [one, other] = await victims(scene, 2)
    if (!one || !other) throw new Error('there are not two incidents')
    await write(scene.store, one.id, other.records)
    await write(scene.store, other.id, one.records)
    return [one.id, other.id]
  },
})

const under = (id: string, records: readonly AuditRecord[]) => records.map((record) => ({ ...record, incident_id: id }))

const edits: [string, Edit][] = Object.entries(EDITS)

/** By somebody who can write to the list of records, and no more. */
const CARELESS: readonly Tampering[] = [
  ...FIELDS.map((field) =>
    onOne(`change ${field}`, true, ({ id, records, place }, { store, chance }) => {
      const forged = records.map((record, at) => (at === place ? withAnother(record, field, chance) : record))
      return store.writeTrace(id, forged)
    }),
  ),
  ...edits.map(([kind, edit]) =>
    onOne(kind, true, ({ id, records, place }, { store, chance }) =>
      store.writeTrace(id, edit(records, place, chance)),
    ),
  ),
  swap('swap two traces', true, (store, id, records) => store.writeTrace(id, records)),
  swap('swap two traces, ids rewritten', true, (store, id, records) => store.writeTrace(id, under(id, records))),
  onOne('delete an incident, left in the list', true, ({ id }, { store }) => store.remove(id)),
]

/** By somebody who holds the whole store, and knows how a chain is made. */
const THOROUGH: readonly Tampering[] = [
  ...edits.map(([kind, edit]) =>
    onOne(`${kind}, chain and head made anew`, false, ({ id, records, place }, { store, chance }) =>
      store.forge(id, edit(records, place, chance)),
    ),
  ),
  onOne('change a record, chain and head made anew, and go on', false, ({ id, records, place }, { store, chance }) => {
    const forged = EDITS['change a record'](records, place, chance)
    return store.forge(id, [...forged, ...forged])
  }),
  swap('swap two chains, ids, hashes and heads made anew', false, (store, id, records) =>
    store.forge(id, under(id, records)),
  ),
  onOne('delete an incident and its entry in the list', false, async ({ id }, { store }) => {
    await store.remove(id)
    await store.unlist(id)
  }),
  {
    kind: 'roll an incident back to an older state',
    chainSees: false,
    tamper: async (scene) => {
      const ids = (await victims(scene, 1)).map(({ id }) => id)
      await scene.store.restore(scene.earlier, ids)
      return ids
    },
  },
  {
    kind: 'roll the whole store back to an older state',
    chainSees: false,
    tamper: async ({ store, earlier, anchored }) => {
      await store.restore(earlier, earlier.keys())
      return [...anchored.keys()]
    },
  },
]

export const TAMPERINGS: readonly Tampering[] = [...CARELESS, ...THOROUGH]
