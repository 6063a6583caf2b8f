-- One consistent view of an incident: the fields named and its whole trace.
-- KEYS: 1 incident, 2 trace
-- ARGV: names of fields
return { redis.call('HMGET', KEYS[1], unpack(ARGV)), redis.call('LRANGE', KEYS[2], 0, -1) }
