/** Fills a ledger quickly: copies of an incident that really went through, under ids and correlation keys of their own. */
import type { Redis } from 'ioredis'
import type { LedgerKeys } from '../src/shared/ledger/keys.ts'

/**
 * KEYS: 1 ended. ARGV: 1 the ledger's key prefix, 2 the incident to copy, 3 number of the first copy, 4 how many.
 * Ids and correlation keys are as long as the incident's own.
 */
const COPY = `
local prefix, model = ARGV[1], ARGV[2]
local record, trace = redis.call('HGETALL', prefix .. 'incident:' .. model), redis.call('LRANGE', prefix .. 'trace:' .. model, 0, -1)
local accepted, ended = redis.call('ZSCORE', prefix .. 'incidents', model), redis.call('ZSCORE', KEYS[1], model)
for n = ARGV[3], ARGV[3] + ARGV[4] - 1 do
  local number = string.format('%012x', n)
  local id = string.sub(model, 1, -13) .. number
  local fields = {}
  for i = 1, #record, 2 do
    local name, value = record[i], record[i + 1]
    if name == 'incident_id' then value = id end
    if string.sub(name, 1, 7) == 'listed:' then
      local keys = cjson.decode(value)
      for k, key in ipairs(keys) do
        keys[k] = string.sub(key, 1, -13) .. number
        redis.call('ZADD', prefix .. 'correlation:' .. keys[k], accepted, id)
      end
      value = cjson.encode(keys)
    end
    fields[i], fields[i + 1] = name, value
  end
  redis.call('HSET', prefix .. 'incident:' .. id, unpack(fields))
  redis.call('RPUSH', prefix .. 'trace:' .. id, unpack(trace))
  redis.call('ZADD', prefix .. 'incidents', accepted, id)
  redis.call('ZADD', KEYS[1], ended, id)
end
redis.call('HINCRBY', prefix .. 'accounting', 'received', ARGV[4])
redis.call('HINCRBY', prefix .. 'accounting', 'verdict:' .. redis.call('HGET', prefix .. 'incident:' .. model, 'status'), ARGV[4])
`

const BATCH = 500

/** Copies numbered from `first`; the ledger must hold at least one incident that ended. */
export const holdCopies = async (redis: Redis, keys: LedgerKeys, first: number, count: number): Promise<void> => {
  const [model = ''] = await redis.zrange(keys.ended, '0', '0')
  for (let done = 0; done < count; done += BATCH) {
    const batch = Math.min(BATCH, count - done)
    await redis.eval(COPY, 1, keys.ended, keys.prefix, model, String(first + done), String(batch))
  }
}
