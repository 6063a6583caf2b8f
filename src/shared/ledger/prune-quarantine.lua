-- Removes what was last delivered too long ago.
-- KEYS: 1 the entries by when they were last delivered (ms), 2 a key that is never there
-- ARGV: 1 the ledger's key prefix, 2 for how long they are kept (ms), 3 how many to take at most
-- Returns how many went.
local now = redis.call('TIME')
local oldest = now[1] * 1000 + math.floor(now[2] / 1000) - ARGV[2]
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', oldest, 'LIMIT', 0, ARGV[3])
for _, id in ipairs(ids) do
  redis.call('DEL', ARGV[1] .. 'quarantine:' .. id)
  redis.call('ZREM', KEYS[1], id)
end
return #ids
