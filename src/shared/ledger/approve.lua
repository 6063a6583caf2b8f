-- Lets an incident that waits for a person go on: the change, and what is remembered of the run, both or neither.
-- ARGV: the ledger's key prefix, the scopes under which an emergency stop forbids it, a line each, the field and the digest
-- to remember ('' = nothing), the shares of budgets that it takes, as JSON ('' = none), and the change.
-- Returns { 1 } when done, { -100 } when the incident changed meanwhile, { -102, scope } when a stop forbids it, and { -103,
-- JSON } when nothing is left of a budget; then nothing was done.
local prefix, change = ARGV[1], 6
if change_conflicts(prefix, change) then return { -100 } end
for scope in string.gmatch(ARGV[2], '[^\n]+') do
  if redis.call('HEXISTS', prefix .. 'stops', scope) == 1 then return { -102, scope } end
end
local asked = ARGV[5] ~= '' and cjson.decode(ARGV[5])
-- It may have passed so long ago that others have had its share since.
local spent = asked and spent_shares(prefix, asked, ARGV[change])
if spent then return { -103, cjson.encode(spent) } end
apply_change(prefix, change)
if asked then take_shares(prefix, asked, ARGV[change]) end
if ARGV[3] ~= '' then redis.call('HSET', prefix .. 'confirmed-runs', ARGV[3], ARGV[4]) end
return { 1 }
