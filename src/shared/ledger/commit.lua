-- The hand-off: finishing the job *is* recording its decision and adding the next job, in one script.
-- BullMQ's own step runs first and checks the lock token, so a worker that lost its lock changes nothing at all.
-- KEYS: 14 of move_to_finished, the change's, then the 9 of the next queue's add (none at the end).
-- ARGV: 9 of move_to_finished, the change's, the 3 of the add, the names of the fields a stage starts from, then five:
-- how many field names, incident and trace key without an id, and how many keys and arguments the change has.
-- Returns { what move_to_finished returns }, and beside it, when that fetched another job, the incident of that job with
-- its trace, which saves the stage a round trip; or -100 when the incident changed meanwhile and nothing was done.
local last = #ARGV
local change_keys, change_args = tonumber(ARGV[last - 1]), tonumber(ARGV[last])
if change_conflicts(14, 9) then return -100 end

ARGV[8], ARGV[9] = bytes(ARGV[8]), bytes(ARGV[9])
local result = move_to_finished(KEYS, ARGV)
if type(result) == 'number' and result < 0 then return result end

apply_change(14, 9)
local k, a = 14 + change_keys, 9 + change_args
if #KEYS > k then
  add_standard_job({ unpack(KEYS, k + 1, k + 9) }, { bytes(ARGV[a + 1]), ARGV[a + 2], bytes(ARGV[a + 3]) })
end

local next_id = type(result) == 'table' and result[2]
if type(next_id) ~= 'string' then return { result } end
local names = tonumber(ARGV[last - 4])
return {
  result,
  redis.call('HMGET', ARGV[last - 3] .. next_id, unpack(ARGV, last - 4 - names, last - 5)),
  redis.call('LRANGE', ARGV[last - 2] .. next_id, 0, -1),
}
