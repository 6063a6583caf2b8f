-- Notes at an entry of the quarantine that it was taken again; one that has gone meanwhile does not come back by it.
-- KEYS: 1 the entry
-- ARGV: 1 by whom, when and with what outcome
-- Returns 1 where it is noted.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'replayed', ARGV[1])
return 1
