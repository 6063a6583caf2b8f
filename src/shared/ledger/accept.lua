-- One durable step of accepting an alert: the ledger change and the queue's step, both or neither.
-- KEYS: those of the queue command, then the change's. ARGV: those of the queue command, then the change's, then three:
-- the queue command ('' = none) and how many keys and arguments it has.
-- Returns 1 when done, 0 when another writer was first and nothing was changed.
local queue_step, k, a = ARGV[#ARGV - 2], tonumber(ARGV[#ARGV - 1]), tonumber(ARGV[#ARGV])
if change_conflicts(k, a) then return 0 end
apply_change(k, a)
for i = 1, a do ARGV[i] = bytes(ARGV[i]) end
if queue_step == 'addStandardJob' then
  add_standard_job(KEYS, ARGV)
elseif queue_step == 'addDelayedJob' then
  add_delayed_job(KEYS, ARGV)
elseif queue_step == 'promote' then
  promote(KEYS, ARGV)
end
return 1
