-- Notes at an entry of the quarantine that it was taken again; one that has gone meanwhile does not come back by it.
-- KEYS: 1 the entry
-- ARGV: 1 by whom, when and with what outcome, in one line; 2 how many of these lines are kept, the last ones
-- Returns 1 where it is noted.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local lines = {}
for line in string.gmatch(redis.call('HGET', KEYS[1], 'replayed') or '', '[^\n]+') do lines[#lines + 1] = line end
lines[#lines + 1] = ARGV[1]
local first = math.max(1, #lines - tonumber(ARGV[2]) + 1)
redis.call('HSET', KEYS[1], 'replayed', table.concat(lines, '\n', first))
return 1
