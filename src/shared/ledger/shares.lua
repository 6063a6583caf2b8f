-- The shares of budgets that passes hold: for each scope a sorted set of incidents by when they passed. `asked` is JSON: a
-- list of { scope, limit, window, keep }, durations in ms.

local function holds_share(key, id, since)
  local at = redis.call('ZSCORE', key, id)
  return at and tonumber(at) > since
end

-- What others hold so that nothing is left for this incident: { scope, limit, window, passes, when the next is free, the
-- last that passed and when, or false } of each; nil when there is a share of all that is asked for.
local function spent_shares(prefix, asked, id)
  local spent
  for _, share in ipairs(asked) do
    local key, since = prefix .. 'shares:' .. share.scope, now_ms() - share.window
    if not holds_share(key, id, since) then
      local passes = redis.call('ZCOUNT', key, '(' .. since, '+inf')
      if passes >= share.limit then
        local frees = redis.call('ZRANGEBYSCORE', key, '(' .. since, '+inf', 'WITHSCORES', 'LIMIT', passes - share.limit, 1)
        local last = redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')
        spent = spent or {}
        spent[#spent + 1] = {
          share.scope, share.limit, share.window, passes, frees[2] or false, last[1] or false, last[2] or false,
        }
      end
    end
  end
  return spent
end

local function take_shares(prefix, asked, id)
  local taken, now = {}, now_ms()
  for _, share in ipairs(asked) do
    local key = prefix .. 'shares:' .. share.scope
    if not holds_share(key, id, now - share.window) then
      redis.call('ZADD', key, now, id)
      taken[#taken + 1] = share.scope
    end
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - share.keep)
    redis.call('PEXPIRE', key, share.keep)
  end
  if #taken == 0 then return end
  -- Beside what it took before, perhaps under budgets that are there no longer: all of it is to be given back.
  local scopes = cjson.decode(redis.call('HGET', prefix .. 'incident:' .. id, 'shares') or '[]')
  for _, scope in ipairs(taken) do scopes[#scopes + 1] = scope end
  redis.call('HSET', prefix .. 'incident:' .. id, 'shares', cjson.encode(scopes))
end
