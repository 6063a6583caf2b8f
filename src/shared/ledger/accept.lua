-- Accepting alerts: for each the ledger changes, each of its own incident, and the queue's step; all or none of an alert, and
-- none knows of the others.
-- KEYS: those of the queue command, which is the same for all; with none, any key of the ledger, which names the shard.
-- ARGV: the ledger's key prefix, the queue command ('' = none) and how many arguments it has, then the alerts, each led by its
-- length: the arguments of the queue command, and the changes, each led by its length.
-- Returns for each 1 when done, 0 when another writer was first and nothing was changed, or the text of an error.
local prefix, queue_step, arguments = ARGV[1], ARGV[2], tonumber(ARGV[3])

local function accept(first, last)
  local changes, at = {}, first + arguments
  while at <= last do
    if change_conflicts(prefix, at + 1) then return 0 end
    changes[#changes + 1] = at + 1
    at = at + 1 + tonumber(ARGV[at])
  end
  for _, change in ipairs(changes) do apply_change(prefix, change) end
  local step = { unpack(ARGV, first, first + arguments - 1) }
  if queue_step == 'addStandardJob' then
    add_standard_job(KEYS, step)
  elseif queue_step == 'addPrioritizedJob' then
    add_prioritized_job(KEYS, step)
  elseif queue_step == 'addDelayedJob' then
    add_delayed_job(KEYS, step)
  elseif queue_step == 'promote' then
    promote(KEYS, step)
  end
  return 1
end

local replies, at = {}, 4
while at <= #ARGV do
  local last = at + tonumber(ARGV[at])
  local done, reply = pcall(accept, at + 1, last)
  replies[#replies + 1] = done and reply or tostring(type(reply) == 'table' and reply.err or reply)
  at = last + 1
end
return replies
