-- One durable step of accepting an alert: the ledger changes, each of its own incident, and the queue's step; all or none.
-- KEYS: those of the queue command; with none, any key of the ledger, which names the shard.
-- ARGV: the arguments of the queue command, the changes, each led by its length, then three: the ledger's key prefix, the queue command ('' = none)
-- and how many arguments it has.
-- Returns 1 when done, 0 when another writer was first and nothing was changed.
local prefix, queue_step, a = ARGV[#ARGV - 2], ARGV[#ARGV - 1], tonumber(ARGV[#ARGV])
local changes, at = {}, a + 1
while at <= #ARGV - 3 do
  if change_conflicts(prefix, at + 1) then return 0 end
  changes[#changes + 1] = at + 1
  at = at + 1 + tonumber(ARGV[at])
end
for _, change in ipairs(changes) do apply_change(prefix, change) end
if queue_step == 'addStandardJob' then
  add_standard_job(KEYS, ARGV)
elseif queue_step == 'addPrioritizedJob' then
  add_prioritized_job(KEYS, ARGV)
elseif queue_step == 'addDelayedJob' then
  add_delayed_job(KEYS, ARGV)
elseif queue_step == 'promote' then
  promote(KEYS, ARGV)
end
return 1
