-- A node's sign of life; its last word on those that gave none for too long. Run by `keeper.rs`.
--
-- KEYS: nodes
-- ARGV: the node; how long one may be silent (ms); 'new' for a node's first sign, 'judge' for one that may
--       say of others that they are gone, else ''
-- Answers 1; or 0 where the node itself was given up, or is not known.

local nodes, node, lease, role = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if role ~= 'new' and tonumber(redis.call('zscore', nodes, node) or 0) == 0 then
  return 0
end
redis.call('zadd', nodes, now, node)
if role == 'judge' then
  for _, silent in ipairs(redis.call('zrangebyscore', nodes, '(0', '(' .. now - lease)) do
    redis.call('zadd', nodes, 0, silent)
  end
end
return 1
