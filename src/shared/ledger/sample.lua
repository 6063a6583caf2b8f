-- What the gauges show, at one moment: each queue, what waits for a person, what blockers hold, how the chains stand.
-- KEYS: 1 the incidents that wait for a person, 2 how far the look at the chains has come, 3 a key that is never there
-- ARGV: 1 the ledger's key prefix, 2 the id of heartbeats, which are counted nowhere, 3 how many queues, then the queues and the
-- codes of blockers
-- Returns { now (ms), what waits for a person, all of KEYS 2, { each queue }, { what each code holds } }
local prefix, heartbeat, queues = ARGV[1], ARGV[2], tonumber(ARGV[3])

-- How many there are, and since when the first of them, or false.
local function open(key)
  return { redis.call('ZCARD', key), redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2] or false }
end

-- The job that is next to leave a list, heartbeats aside.
local function first_of(list)
  local last = redis.call('LRANGE', list, -2, -1)
  if last[#last] == heartbeat then return last[#last - 1] end
  return last[#last]
end

-- 0 as well where there is no such job: one that somebody wrote in must not hide all others.
local function number(job, field)
  return tonumber(redis.pcall('HGET', job, field)) or 0
end

local function delay_in(opts)
  return tonumber(cjson.decode(opts).delay)
end

-- When a job could have run: from the start, or from its last attempt.
local function since(queue, id)
  local read, delay = pcall(delay_in, redis.pcall('HGET', queue .. id, 'opts'))
  delay = read and delay or 0
  return math.max(number(queue .. id, 'timestamp') + delay, number(queue .. id, 'processedOn'))
end

local function waiting_since(queue)
  local id = first_of(queue .. 'wait')
  return id and since(queue, id)
end

-- The same over all that have a priority. They lie by it, and by their order where it is the same: one look at each.
local PRIORITY = 0x100000000
local function first_with_priority(queue)
  local first
  local from = 0
  while true do
    local next_in_line = redis.call('ZRANGEBYSCORE', queue .. 'prioritized', from, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    if not next_in_line[1] then return first end
    first = math.min(first or math.huge, since(queue, next_in_line[1]))
    from = (math.floor(tonumber(next_in_line[2]) / PRIORITY) + 1) * PRIORITY
  end
end

local function at(ms)
  return ms and string.format('%.0f', ms)
end

local function active_since(queue)
  local id = first_of(queue .. 'active')
  return id and tostring(number(queue .. id, 'processedOn'))
end

-- Where the heartbeat's job is, to be left out there; it is seldom anywhere.
local function place_of_heartbeat(queue)
  if redis.call('EXISTS', queue .. heartbeat) == 0 then return nil end
  if redis.call('ZSCORE', queue .. 'delayed', heartbeat) then return 'delayed' end
  return redis.call('EXISTS', queue .. heartbeat .. ':lock') == 1 and 'active' or 'wait'
end

local function look_at(queue)
  local beat = place_of_heartbeat(queue)
  local function count(command, list)
    return math.max(0, redis.call(command, queue .. list) - (beat == list and 1 or 0))
  end
  return {
    count('LLEN', 'wait'), count('LLEN', 'active'), count('ZCARD', 'delayed'), count('ZCARD', 'failed'),
    redis.call('HEXISTS', queue .. 'meta', 'paused'), at(waiting_since(queue)) or false, active_since(queue) or false,
    redis.call('ZCARD', queue .. 'prioritized'), at(first_with_priority(queue)) or false,
  }
end

local time = redis.call('TIME')
local now = time[1] .. string.format('%03d', math.floor(time[2] / 1000))
local looked_at, blocked = {}, {}
for i = 4, 3 + queues do looked_at[#looked_at + 1] = look_at(prefix .. ARGV[i] .. ':') end
for i = 4 + queues, #ARGV do blocked[#blocked + 1] = open(prefix .. 'blocked:' .. ARGV[i]) end
return { now, open(KEYS[1]), redis.call('HGETALL', KEYS[2]), looked_at, blocked }
