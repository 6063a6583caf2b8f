-- What is already known that an alert may belong to: the incident of its own id and those under its correlation keys.
-- KEYS: 1 incident of that id, 2.. correlation keys
-- ARGV: 1 that id, 2 key of an incident without its id, 3 and 4 the first and the last per correlation key to look at,
--       the last changed being 0, 5.. names of fields
-- Returns { version of each correlation key, those fields of each incident found }
local versions, found, seen = {}, {}, {}
local function add(id)
  if seen[id] then return end
  seen[id] = true
  local key = ARGV[2] .. id
  if redis.call('EXISTS', key) == 0 then return end
  local fields = redis.pcall('HMGET', key, unpack(ARGV, 5))
  if not fields.err then
    found[#found + 1] = fields
  elseif id == ARGV[1] then
    -- The alert's own cannot be passed over: nothing could be written in its place.
    found[#found + 1] = { id }
  end
end
add(ARGV[1])
for i = 2, #KEYS do
  versions[i - 1] = tonumber(redis.call('ZREVRANGE', KEYS[i], 0, 0, 'WITHSCORES')[2] or 0)
  for _, id in ipairs(redis.call('ZREVRANGE', KEYS[i], ARGV[3], ARGV[4])) do add(id) end
end
return { versions, found }
