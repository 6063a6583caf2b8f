-- The hand-off: finishing the job *is* recording its decision and adding the next job, in one script, for a few jobs of
-- one queue at once. Each of them is whole by itself and knows nothing of the others.
-- BullMQ's own step runs first and checks the lock token, so a worker that lost its lock changes nothing at all.
-- KEYS: 14 of move_to_finished (the 12th, the job, is each item's own), then the 9 of the next queue's add, if there is one.
-- ARGV: the ledger's key prefix, for how many seconds terms are kept, from which record of the trace a stage starts
-- ('' = none) and from which fields (their number, then their names), then the items, each led by its length: the job's
-- key, 9 of move_to_finished, the 3 of the add, if there is one, the digest of the terms that the decision names ('' =
-- none), the scopes under which an emergency stop forbids it, a line each ('' = it may always be), the shares of budgets
-- as JSON, and whether it takes them or only looks ('' = none), and the change.
-- Returns for each item { what move_to_finished returns }, and beside it, when that fetched another job, the incident of
-- that job with its trace, which saves the stage a round trip; { -100 } when the incident changed meanwhile, { -101 }
-- when the terms are not kept, { -102, scope, stop } when a stop forbids it, { -103, JSON } when nothing is left of a budget,
-- and then nothing was done; or the text of an error.
local prefix, kept_seconds, names = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[4])
local add_arguments = #KEYS > 14 and 3 or 0

local kept = {}

-- A decision must not outlive the terms it names, and not every decision need renew them.
local function terms_missing(digest)
  if digest == '' or kept[digest] then return false end
  local left = redis.call('TTL', prefix .. 'kept:' .. digest)
  if left >= 0 and left < kept_seconds * 0.75 then redis.call('EXPIRE', prefix .. 'kept:' .. digest, kept_seconds) end
  kept[digest] = left ~= -2
  return left == -2
end

-- One look a call while nothing is stopped and nothing held, which is nearly always.
local stops, held = prefix .. 'stops', prefix .. 'held'
local stopped = redis.call('EXISTS', stops, held) > 0

-- Read in the script that commits, so that there is no moment between the look and the commit in which a stop could come.
local function stop_on(scopes)
  if not stopped then return nil end
  for scope in string.gmatch(scopes, '[^\n]+') do
    local stop = redis.call('HGET', stops, scope)
    if stop then return { -102, scope, stop } end
  end
end

local function commit(at)
  local terms = at + 10 + add_arguments
  local change = terms + 3
  if change_conflicts(prefix, change) then return { -100 } end
  local stop = stop_on(ARGV[terms + 1])
  if stop then return stop end
  local asked = ARGV[terms + 2] ~= '' and cjson.decode(ARGV[terms + 2])
  local spent = asked and spent_shares(prefix, asked.shares, ARGV[change])
  if spent then return { -103, cjson.encode(spent) } end
  if terms_missing(ARGV[terms]) then return { -101 } end

  local finish = { unpack(ARGV, at + 1, at + 9) }
  KEYS[12] = ARGV[at]
  local result = move_to_finished(KEYS, finish)
  if type(result) == 'number' and result < 0 then return { result } end

  apply_change(prefix, change)
  if asked and asked.take then take_shares(prefix, asked.shares, ARGV[change]) end
  if stopped then redis.call('HDEL', held, ARGV[change]) end
  if add_arguments > 0 then
    add_standard_job({ unpack(KEYS, 15, 23) }, { unpack(ARGV, at + 10, at + 12) })
  end

  local next_id = type(result) == 'table' and result[2]
  if type(next_id) ~= 'string' then return { result } end
  -- What is wrong with the other incident must not look like a failure of this one, which is committed.
  local record = redis.pcall('HMGET', prefix .. 'incident:' .. next_id, unpack(ARGV, 5, 4 + names))
  local trace = ARGV[3] ~= '' and redis.pcall('LRANGE', prefix .. 'trace:' .. next_id, ARGV[3], -1) or {}
  if record.err or trace.err then return { result } end
  return { result, record, trace }
end

local replies, at = {}, 5 + names
while at <= #ARGV do
  local done, reply = pcall(commit, at + 1)
  replies[#replies + 1] = done and reply or tostring(type(reply) == 'table' and reply.err or reply)
  at = at + 1 + tonumber(ARGV[at])
end
return replies
