-- One durable step of accepting an alert: the ledger change and the queue's step, both or neither.
-- KEYS: those of the queue command; with none, any key of the ledger, which names the shard.
-- ARGV: the arguments of the queue command, the change, then three: the ledger's key prefix, the queue command ('' = none)
-- and how many arguments it has.
-- Returns 1 when done, 0 when another writer was first and nothing was changed.
local prefix, queue_step, a = ARGV[#ARGV - 2], ARGV[#ARGV - 1], tonumber(ARGV[#ARGV])
if change_conflicts(prefix, a + 1) then return 0 end
apply_change(prefix, a + 1)
for i = 1, a do ARGV[i] = bytes(ARGV[i]) end
if queue_step == 'addStandardJob' then
  add_standard_job(KEYS, ARGV)
elseif queue_step == 'addDelayedJob' then
  add_delayed_job(KEYS, ARGV)
elseif queue_step == 'promote' then
  promote(KEYS, ARGV)
end
return 1
