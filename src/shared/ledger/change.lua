-- A ledger change: checked first, applied later in the same script, so that a queue step can stand between the two.
-- It begins in ARGV at `at`: incident id, expected head ('' = must not exist yet, '*' = any), time listed ('' = already
-- listed), repeats to count, then five lists, each led by its length: correlation keys to check, each followed by the
-- version expected of it; correlation keys to list the incident under; records; fields; counts.
-- Keys are made from `prefix`, that of the ledger's keys: it carries their hash tag.

-- A correlation key's version is its highest score: every change under the key lists its incident with the next one. Looked
-- up once a call, since nobody writes while a script runs but the script.
local versions = {}
local function version_of(key)
  if not versions[key] then versions[key] = tonumber(redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')[2] or 0) end
  return versions[key]
end

-- First and last position of the list whose length stands at `at`.
local function list_at(at)
  return at + 1, at + tonumber(ARGV[at])
end

local function change_conflicts(prefix, at)
  local head, expected_head = redis.pcall('HGET', prefix .. 'incident:' .. ARGV[at], 'head'), ARGV[at + 1]
  -- What is no incident is never as anybody read it.
  if type(head) == 'table' then
    return true
  elseif expected_head == '*' then
    if not head then return true end
  elseif (head or '') ~= expected_head then
    return true
  end
  local first, last = list_at(at + 4)
  for i = first, last, 2 do
    if version_of(prefix .. 'correlation:' .. ARGV[i]) ~= tonumber(ARGV[i + 1]) then return true end
  end
  return false
end

-- Redis' own clock, in ms: the one that all writers share. It stands still while a script runs.
local clock
local function now_ms()
  if not clock then
    local now = redis.call('TIME')
    clock = now[1] * 1000 + math.floor(now[2] / 1000)
  end
  return clock
end

-- The verdicts that wait for a person: whoever is counted under one stands in `reviews`, by since when.
local WAITING = { ['verdict:awaiting_review'] = true, ['verdict:semi_manual'] = true }

-- The verdicts by which nothing passes: whoever comes under one gives back what it took of the budgets, unless it had passed
-- before, since what was voided afterwards may have been carried out.
local GIVES_BACK = {
  ['verdict:blocked'] = true, ['verdict:closed'] = true, ['verdict:rejected'] = true, ['verdict:expired'] = true,
  ['verdict:dead_lettered'] = true,
}

local function give_back(prefix, incident_id)
  local incident = prefix .. 'incident:' .. incident_id
  local held = redis.call('HGET', incident, 'shares')
  if not held then return end
  for _, scope in ipairs(cjson.decode(held)) do redis.call('ZREM', prefix .. 'shares:' .. scope, incident_id) end
  redis.call('HDEL', incident, 'shares')
end

-- Moves the counters, and with them the incident between those in flight (`open`, by when it was last known to be on its
-- way) and those that ended (`ended`, by when anything last came of them). A stage that hands on moves no counter.
local function count(prefix, incident_id, first, last)
  if last < first then return end
  local in_flight, had_passed
  for i = first, last, 2 do
    redis.call('HINCRBY', prefix .. 'accounting', ARGV[i], ARGV[i + 1])
    if ARGV[i] == 'verdict:blocked' then
      if ARGV[i + 1] == '1' then block(prefix, incident_id, now_ms()) else unblock(prefix, incident_id) end
    end
    if ARGV[i] == 'verdict:dry_run_passed' and ARGV[i + 1] == '-1' then had_passed = true end
    if GIVES_BACK[ARGV[i]] and ARGV[i + 1] == '1' and not had_passed then give_back(prefix, incident_id) end
    if WAITING[ARGV[i]] then
      if ARGV[i + 1] == '1' then
        redis.call('ZADD', prefix .. 'reviews', now_ms(), incident_id)
      else
        redis.call('ZREM', prefix .. 'reviews', incident_id)
      end
    end
    if ARGV[i] == 'in_flight' then in_flight = ARGV[i + 1] end
  end
  if in_flight == '1' then
    redis.call('ZADD', prefix .. 'open', now_ms(), incident_id)
    redis.call('ZREM', prefix .. 'ended', incident_id)
  elseif in_flight == '-1' then
    redis.call('ZREM', prefix .. 'open', incident_id)
    redis.call('ZADD', prefix .. 'ended', now_ms(), incident_id)
    -- What has ended is no longer held by an emergency stop.
    redis.call('HDEL', prefix .. 'held', incident_id)
  elseif not redis.call('ZSCORE', prefix .. 'open', incident_id) then
    redis.call('ZADD', prefix .. 'ended', now_ms(), incident_id)
  end
end

local function apply_change(prefix, at)
  local incident_id, listed_at, repeats = ARGV[at], ARGV[at + 2], ARGV[at + 3]
  local incident = prefix .. 'incident:' .. incident_id
  local first, last = list_at(at + 4)
  first, last = list_at(last + 1)
  local now = last >= first and now_ms()
  for i = first, last do
    -- Never a version the key has had before, not even when those that had it are pruned meanwhile.
    local key = prefix .. 'correlation:' .. ARGV[i]
    local version = math.max(version_of(key) + 1, now)
    redis.call('ZADD', key, version, incident_id)
    versions[key] = version
  end
  first, last = list_at(last + 1)
  if last >= first then redis.call('RPUSH', prefix .. 'trace:' .. incident_id, unpack(ARGV, first, last)) end
  first, last = list_at(last + 1)
  if last >= first then redis.call('HSET', incident, unpack(ARGV, first, last)) end
  -- It stays blocked, but waits for nobody any longer.
  if ARGV[first] == 'mended' then unblock(prefix, incident_id) end
  first, last = list_at(last + 1)
  count(prefix, incident_id, first, last)
  if listed_at ~= '' then redis.call('ZADD', prefix .. 'incidents', listed_at, incident_id) end
  if repeats ~= '0' then redis.call('HINCRBY', incident, 'duplicates', repeats) end
end
