-- Which of the incidents in flight are in no queue, among those longest not known to be on their way.
-- KEYS: 1 open, 2 a key that is never there
-- ARGV: 1 the ledger's key prefix, 2 for how long nothing was known of them (ms), 3 how many to look at, 4 the longest list
--       of a queue to search: a job of a longer one is believed to be in it, 5.. the queues
-- Returns { how many were looked at, { id, status, 'missing' | 'failed' | 'unreadable' } of each that is not on its way }.
-- All that were looked at count as known from now on, so each comes up once in that time however many are held.
local prefix, longest, now = ARGV[1], tonumber(ARGV[4]), now_ms()
local is_queue = {}
for i = 5, #ARGV do is_queue[ARGV[i]] = true end

-- Looked up one by one, a list would be walked once for each incident.
local listed = {}
local function is_listed(queue, id)
  if not listed[queue] then
    local ids = {}
    for _, name in ipairs(JOB_LISTS) do
      if redis.call('LLEN', queue .. name) > longest then ids = setmetatable({}, { __index = function() return true end }) break end
      for _, listed_id in ipairs(redis.call('LRANGE', queue .. name, 0, -1)) do ids[listed_id] = true end
    end
    listed[queue] = ids
  end
  return listed[queue][id]
end

local function place_of(queue, id)
  if redis.call('ZSCORE', queue .. 'failed', id) then return 'failed' end
  if job_is_held(queue, id) then return 'held' end
  return job_exists(queue, id) and is_listed(queue, id) and 'listed' or 'missing'
end

local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2], 'LIMIT', 0, ARGV[3])
local lost = {}
for _, id in ipairs(ids) do
  local status = redis.pcall('HGET', prefix .. 'incident:' .. id, 'status')
  if type(status) ~= 'string' or not is_queue[status] then
    lost[#lost + 1] = { id, '', 'unreadable' }
  else
    local place = place_of(prefix .. status .. ':', id)
    if place == 'missing' or place == 'failed' then lost[#lost + 1] = { id, status, place } end
  end
  redis.call('ZADD', KEYS[1], now, id)
end
return { #ids, lost }
