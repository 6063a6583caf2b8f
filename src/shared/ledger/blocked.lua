-- Which blockers hold incidents now: for each code a sorted set of them by since when (ms). Costs nothing for what passes.

-- Called once the verdict is written, which names the blockers.
local function block(prefix, incident_id, now)
  local incident = prefix .. 'incident:' .. incident_id
  local verdict = redis.call('HGET', incident, 'verdict')
  if not verdict then return end
  local codes = {}
  for i, blocker in ipairs(cjson.decode(verdict).blockers) do
    codes[i] = blocker.code
    redis.call('ZADD', prefix .. 'blocked:' .. blocker.code, now, incident_id)
  end
  if #codes > 0 then redis.call('HSET', incident, 'blocked', cjson.encode(codes)) end
end

local function unblock(prefix, incident_id)
  local incident = prefix .. 'incident:' .. incident_id
  local codes = redis.call('HGET', incident, 'blocked')
  if not codes then return end
  for _, code in ipairs(cjson.decode(codes)) do redis.call('ZREM', prefix .. 'blocked:' .. code, incident_id) end
  redis.call('HDEL', incident, 'blocked')
end
