-- Gives an incident a job where it has none but perhaps a failed one, together with a change to it, or does nothing.
-- KEYS: 9 of add_standard_job
-- ARGV: 3 of add_standard_job, the change, then two: the ledger's key prefix and the queue
-- Returns 1 when done, 0 when the incident changed meanwhile or has a job.
local prefix = ARGV[#ARGV - 1]
local queue, id = prefix .. ARGV[#ARGV] .. ':', ARGV[4]
if change_conflicts(prefix, 4) or job_is_held(queue, id) then return 0 end
for _, name in ipairs(JOB_LISTS) do
  if not job_exists(queue, id) then
    redis.call('LREM', queue .. name, 0, id)
  elseif redis.call('LPOS', queue .. name, id) then
    return 0
  end
end
-- BullMQ adds nothing where a job of that id is left, in whatever state.
redis.call('ZREM', queue .. 'failed', id)
redis.call('DEL', queue .. id, queue .. id .. ':logs')
apply_change(prefix, 4)
redis.call('ZADD', prefix .. 'open', 'XX', now_ms(), id)
add_standard_job(KEYS, { unpack(ARGV, 1, 3) })
return 1
