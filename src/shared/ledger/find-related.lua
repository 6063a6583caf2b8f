-- What is already known that an alert may belong to: the incident of its own id and those under its correlation keys.
-- KEYS: 1 incident of that id, 2.. correlation keys
-- ARGV: 1 that id, 2 key of an incident without its id, 3 how many per correlation key to look at, last changed first,
--       4.. names of fields
-- Returns { version of each correlation key, those fields of each incident found }
local versions, found, seen = {}, {}, {}
local function add(id)
  if seen[id] then return end
  seen[id] = true
  local key = ARGV[2] .. id
  if redis.call('EXISTS', key) == 1 then found[#found + 1] = redis.call('HMGET', key, unpack(ARGV, 4)) end
end
add(ARGV[1])
for i = 2, #KEYS do
  local listed = redis.call('ZREVRANGE', KEYS[i], 0, ARGV[3] - 1, 'WITHSCORES')
  versions[i - 1] = tonumber(listed[2] or 0)
  for j = 1, #listed, 2 do add(listed[j]) end
end
return { versions, found }
