-- Keeps a delivery that was not understood; where there are too many, the ones that were delivered longest ago go.
-- KEYS: 1 the entries by when they were last delivered (ms), 2 a key that is never there
-- ARGV: 1 the ledger's key prefix, 2 the entry's id, 3 when it came (RFC 3339), 4 the entry, 5 how many are kept
-- Returns how many went.
local key = ARGV[1] .. 'quarantine:' .. ARGV[2]
redis.call('HSETNX', key, 'received_at', ARGV[3])
redis.call('HSET', key, 'last_received_at', ARGV[3], 'entry', ARGV[4])
redis.call('HINCRBY', key, 'times', 1)
local now = redis.call('TIME')
redis.call('ZADD', KEYS[1], now[1] * 1000 + math.floor(now[2] / 1000), ARGV[2])
local excess = redis.call('ZCARD', KEYS[1]) - ARGV[5]
if excess <= 0 then return 0 end
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, excess - 1)) do redis.call('DEL', ARGV[1] .. 'quarantine:' .. id) end
return redis.call('ZREMRANGEBYRANK', KEYS[1], 0, excess - 1)
