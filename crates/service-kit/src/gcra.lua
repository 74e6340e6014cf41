-- One use of a limit: the generic cell rate algorithm (ITU-T I.371), in microseconds of Redis's own clock.
-- KEYS[1]: whose; ARGV: the interval between uses, how many may come at once.
-- Answers {1, uses left} or {0, microseconds to wait}.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[1])
local burst = tonumber(ARGV[2])
-- When the bucket is full again: later the more was used.
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local next_full = full + interval
local wait = next_full - interval * burst - now
if wait > 0 then
  return {0, wait}
end
redis.call('SET', KEYS[1], string.format('%.0f', next_full), 'PX', math.ceil((next_full - now) / 1000))
return {1, math.floor(-wait / interval)}
