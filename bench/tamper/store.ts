/** The ledger as somebody holds it who can write to Redis and cares for none of its rules. */
import type { Redis } from 'ioredis'
import { chain, EMPTY_CHAIN } from '../../src/shared/audit/record.ts'
import type { AuditRecord } from '../../src/shared/contracts/audit-record.ts'
import type { LedgerKeys } from '../../src/shared/ledger/keys.ts'

interface Copy {
  incident: Buffer | null
  trace: Buffer | null
  listed: string | null
}
/** Whole incidents, byte for byte. */
export type Backup = ReadonlyMap<string, Copy>

export class Store {
  readonly #redis: Redis
  readonly #keys: LedgerKeys

  constructor(redis: Redis, keys: LedgerKeys) {
    this.#redis = redis
    this.#keys = keys
  }

  ids(): Promise<string[]> {
    return this.#redis.zrange(this.#keys.index, '0', '-1')
  }

  async trace(id: string): Promise<AuditRecord[]> {
    return (await this.#redis.lrange(this.#keys.trace(id), 0, -1)).map((text) => JSON.parse(text))
  }

  /** The trace alone: the head stays what it was. */
  async writeTrace(id: string, records: readonly AuditRecord[]): Promise<void> {
    await this.#redis.del(this.#keys.trace(id))
    if (records.length > 0) await this.#redis.rpush(this.#keys.trace(id), ...records.map((one) => JSON.stringify(one)))
  }

  async writeHead(id: string, head: string, records: number): Promise<void> {
    await this.#redis.hset(this.#keys.incident(id), { head, records: String(records) })
  }

  /** A trace of these contents that is in itself beyond reproach: numbered, linked and hashed anew, its head with it. */
  async forge(id: string, contents: readonly AuditRecord[]): Promise<void> {
    const { records, head } = chain(
      EMPTY_CHAIN,
      contents.map(({ seq: _, prev: __, hash: ___, ...content }) => content),
    )
    await this.writeTrace(id, records)
    await this.writeHead(id, head.head, head.records)
  }

  async remove(id: string): Promise<void> {
    await this.#redis.del(this.#keys.incident(id), this.#keys.trace(id))
  }

  async unlist(id: string): Promise<void> {
    await this.#redis.zrem(this.#keys.index, id)
  }

  async backup(): Promise<Backup> {
    const copies = new Map<string, Copy>()
    for (const id of await this.ids())
      copies.set(id, {
        incident: await this.#redis.dumpBuffer(this.#keys.incident(id)),
        trace: await this.#redis.dumpBuffer(this.#keys.trace(id)),
        listed: await this.#redis.zscore(this.#keys.index, id),
      })
    return copies
  }

  /** `ids`: those of the backup to bring back. */
  async restore(backup: Backup, ids: Iterable<string>): Promise<void> {
    for (const id of ids) {
      const copy = backup.get(id)
      await this.remove(id)
      if (copy?.incident) await this.#redis.restore(this.#keys.incident(id), 0, copy.incident, 'REPLACE')
      if (copy?.trace) await this.#redis.restore(this.#keys.trace(id), 0, copy.trace, 'REPLACE')
      if (copy?.listed) await this.#redis.zadd(this.#keys.index, copy.listed, id)
    }
  }
}
