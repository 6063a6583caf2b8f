-- Where the chains of many incidents end.
-- KEYS: the incidents
-- Returns head and number of records of each, in their order; nothing for one that is gone or not an incident.
local ends = {}
for i, key in ipairs(KEYS) do
  local found = redis.pcall('HMGET', key, 'head', 'records')
  ends[2 * i - 1], ends[2 * i] = found[1] or false, found[2] or false
end
return ends
