-- Where BullMQ has an incident's job. `queue` is the prefix of the queue's keys; a job's id is the incident's.

-- Held by a worker, or waiting for its time. Whoever is neither may still be in a list: see below.
local function job_is_held(queue, id)
  return redis.call('EXISTS', queue .. id .. ':lock') == 1
    or redis.call('ZSCORE', queue .. 'delayed', id)
    or redis.call('ZSCORE', queue .. 'prioritized', id)
end

-- Something else in the place of a job is none, and whoever fetches it fails.
local function job_exists(queue, id)
  return redis.call('TYPE', queue .. id).ok == 'hash'
end

local JOB_LISTS = { 'wait', 'active', 'paused' }
