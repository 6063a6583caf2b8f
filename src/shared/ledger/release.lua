-- Lets go what no stop covers any longer, one page of what is held at a time.
-- KEYS: 1 the incidents held, 2 the stops in force, 3 a key that is never there
-- ARGV: the ledger's key prefix, the cursor, how many to look at
-- Returns { the next cursor ('0' at the end), how many were let go }
local held, stops, prefix = KEYS[1], KEYS[2], ARGV[1]

local function covered(scopes)
  for _, scope in ipairs(scopes) do
    if redis.call('HEXISTS', stops, scope) == 1 then return true end
  end
  return false
end

local function promote_in(queue, incident_id)
  local keys = {}
  for i, name in ipairs({ 'delayed', 'wait', 'paused', 'meta', 'prioritized', 'active', 'pc', 'events', 'marker' }) do
    keys[i] = queue .. name
  end
  promote(keys, { queue, incident_id })
end

local page, released = redis.call('HSCAN', held, ARGV[2], 'COUNT', ARGV[3]), 0
for i = 1, #page[2], 2 do
  local incident_id, entry = page[2][i], cjson.decode(page[2][i + 1])
  if not covered(entry.scopes) then
    redis.call('HDEL', held, incident_id)
    promote_in(prefix .. entry.stage .. ':', incident_id)
    released = released + 1
  end
end
return { page[1], released }
