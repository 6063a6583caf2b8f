-- A ledger change: checked first, applied later in the same script, so that a queue step can stand between the two.
-- Its keys begin behind the first `k` of KEYS, its arguments behind the first `a` of ARGV; what lies before is the queue's.
-- KEYS: 1 incident, 2 trace, 3 index, 4 accounting, 5.. correlation keys to check, then those to list the incident under
-- ARGV: 1 incident id, 2 expected head ('' = must not exist yet, '*' = any), 3 time listed ('' = already listed),
--       4 repeats to count, then four lists, each led by its length: versions expected of the keys to check, records,
--       fields, counts; before the records stands how many keys to list the incident under

-- A correlation key's version is its highest score: every change under the key lists its incident with the next one.
local function version_of(key)
  return tonumber(redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')[2] or 0)
end

local function change_conflicts(k, a)
  local head, expected_head = redis.call('HGET', KEYS[k + 1], 'head'), ARGV[a + 2]
  if expected_head == '*' then
    if not head then return true end
  elseif (head or '') ~= expected_head then
    return true
  end
  for i = 1, tonumber(ARGV[a + 5]) do
    if version_of(KEYS[k + 4 + i]) ~= tonumber(ARGV[a + 5 + i]) then return true end
  end
  return false
end

local function apply_change(k, a)
  local at = a + 5
  local incident_id, listed_at, repeats = ARGV[a + 1], ARGV[a + 3], ARGV[a + 4]
  local function next_list()
    local first, last = at + 1, at + tonumber(ARGV[at])
    at = last + 1
    return first, last
  end
  local first, last = next_list()
  local checked = last - first + 1
  for i = 1, tonumber(ARGV[at]) do
    local key = KEYS[k + 4 + checked + i]
    redis.call('ZADD', key, version_of(key) + 1, incident_id)
  end
  at = at + 1
  first, last = next_list()
  if last >= first then redis.call('RPUSH', KEYS[k + 2], unpack(ARGV, first, last)) end
  first, last = next_list()
  if last >= first then redis.call('HSET', KEYS[k + 1], unpack(ARGV, first, last)) end
  first, last = next_list()
  for i = first, last, 2 do redis.call('HINCRBY', KEYS[k + 4], ARGV[i], ARGV[i + 1]) end
  if listed_at ~= '' then redis.call('ZADD', KEYS[k + 3], listed_at, incident_id) end
  if repeats ~= '0' then redis.call('HINCRBY', KEYS[k + 1], 'duplicates', repeats) end
end

-- The bytes of an argument that may travel as Latin-1 text behind U+0080.
local function bytes(arg)
  if string.sub(arg, 1, 2) ~= '\194\128' then return arg end
  return (string.gsub(string.sub(arg, 3), '([\194\195])(.)', function(lead, byte)
    return lead == '\194' and byte or string.char(string.byte(byte) + 64)
  end))
end
