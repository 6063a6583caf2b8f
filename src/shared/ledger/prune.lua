-- Takes incidents whose retention is over out of the ledger, each with all that is kept of it. The accounting stays. One that
-- waits for a person is never taken, whatever the retention: it expires first.
-- KEYS: 1 ended, 2 a key that is never there
-- ARGV: 1 the ledger's key prefix, 2 for how long an incident is kept after anything last came of it (ms), 3 how many to
--       take at most, 4.. the queues, which keep the job of one that was dead-lettered
-- Returns how many were taken.
local prefix = ARGV[1]

local function unlist(id)
  local incident = prefix .. 'incident:' .. id
  for _, field in ipairs(redis.call('HKEYS', incident)) do
    if string.sub(field, 1, 7) == 'listed:' then
      for _, key in ipairs(cjson.decode(redis.call('HGET', incident, field))) do
        redis.call('ZREM', prefix .. 'correlation:' .. key, id)
      end
    end
  end
end

local function remove(id)
  -- What somebody wrote there must not keep it for ever.
  pcall(unlist, id)
  pcall(unblock, prefix, id)
  for i = 4, #ARGV do
    local queue = prefix .. ARGV[i] .. ':'
    if redis.call('ZREM', queue .. 'failed', id) == 1 then redis.call('DEL', queue .. id, queue .. id .. ':logs') end
  end
  redis.call('DEL', prefix .. 'incident:' .. id, prefix .. 'trace:' .. id)
  redis.call('ZREM', prefix .. 'incidents', id)
  redis.call('ZREM', prefix .. 'reviews', id)
  redis.call('ZREM', KEYS[1], id)
end

local function waits(id)
  local status = redis.pcall('HGET', prefix .. 'incident:' .. id, 'status')
  return (status == 'awaiting_review' or status == 'semi_manual') and redis.call('ZSCORE', prefix .. 'reviews', id)
end

local ids, removed = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now_ms() - ARGV[2], 'LIMIT', 0, ARGV[3]), 0
for _, id in ipairs(ids) do
  if waits(id) then
    -- Behind those that can go, so that it keeps none of them here.
    redis.call('ZADD', KEYS[1], now_ms(), id)
  else
    remove(id)
    removed = removed + 1
  end
end
return removed
