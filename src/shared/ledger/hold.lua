-- Puts off the job of a decision that an emergency stop forbids, and records that once for each stop: both or neither.
-- KEYS: 11 of move_to_delayed.
-- ARGV: its 9 arguments, the ledger's key prefix, the scope that is stopped, the stop as commit.lua found it ('' = any), how
-- the incident is held, and the change that records it.
-- Returns 1 when it was recorded, 0 when that had been done, what move_to_delayed returns when the lock is lost, and -100
-- when the incident changed meanwhile or the stop is gone, and then nothing was done. A job put off after `resume` has
-- looked for what to let go would be overlooked.
local prefix, scope, stop, entry, change = ARGV[10], ARGV[11], ARGV[12], ARGV[13], 14
local held, incident_id = prefix .. 'held', ARGV[change]
local there = redis.call('HGET', prefix .. 'stops', scope)
if not there or (stop ~= '' and there ~= stop) or change_conflicts(prefix, change) then return -100 end
local result = move_to_delayed(KEYS, ARGV)
if result < 0 then return result end
local before = redis.call('HGET', held, incident_id)
local recorded = before and cjson.decode(before).stop == cjson.decode(entry).stop
if not recorded then apply_change(prefix, change) end
redis.call('HSET', held, incident_id, entry)
return recorded and 0 or 1
