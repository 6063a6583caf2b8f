-- The hand-off: finishing the job *is* recording its decision and adding the next job, in one script.
-- BullMQ's own step runs first and checks the lock token, so a worker that lost its lock changes nothing at all.
-- KEYS: 14 of move_to_finished, the change's, then the 9 of the next queue's add (none at the end).
-- ARGV: 9 of move_to_finished, the change's, the 3 of the add, then two: how many keys and arguments the change has.
-- Returns what move_to_finished returns, or -100 when the incident changed meanwhile and nothing was done.
local change_keys, change_args = tonumber(ARGV[#ARGV - 1]), tonumber(ARGV[#ARGV])
if change_conflicts(14, 9) then return -100 end

local result = move_to_finished(KEYS, ARGV)
if type(result) == 'number' and result < 0 then return result end

apply_change(14, 9)
local k, a = 14 + change_keys, 9 + change_args
if #KEYS > k then
  add_standard_job({ unpack(KEYS, k + 1, k + 9) }, { unpack(ARGV, a + 1, a + 3) })
end
return result
