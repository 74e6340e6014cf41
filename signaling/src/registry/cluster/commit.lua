-- Makes a draft of a room true, if the room is still what the draft was made from: its record, what it is
-- found by, and the letters to the nodes that it concerns, all in one step. Run by `commit.rs`.
--
-- KEYS: rooms, codes, absences, nodes; then the stream of each node that has letters
-- ARGV: what is said of the draft (JSON), the record before and after ('' for no room); then each
--       node's letters

local rooms, codes, absences, nodes = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local draft, before, after = cjson.decode(ARGV[1]), ARGV[2], ARGV[3]

-- A node that was given up must not bring its sockets into rooms that they have been taken out of.
if draft.asker and tonumber(redis.call('zscore', nodes, draft.asker) or 0) == 0 then
  return 'given up'
end
if (redis.call('hget', rooms, draft.room) or '') ~= before then
  return 'outdated'
end
if before == '' and after ~= '' and redis.call('hlen', rooms) >= draft.most_rooms then
  return 'too many rooms'
end
for _, code in ipairs(draft.opened) do
  if redis.call('hexists', codes, code) == 1 then
    return 'code taken'
  end
end

if after == '' then
  redis.call('hdel', rooms, draft.room)
else
  redis.call('hset', rooms, draft.room, after)
end
for _, code in ipairs(draft.closed) do
  redis.call('hdel', codes, code)
end
for _, code in ipairs(draft.opened) do
  redis.call('hset', codes, code, draft.room)
end
if draft.expires_ms then
  redis.call('zadd', absences, draft.expires_ms, draft.room)
else
  redis.call('zrem', absences, draft.room)
end
-- A node that is no more has no stream, and gets none by being written to.
for i = 5, #KEYS do
  redis.call('xadd', KEYS[i], 'NOMKSTREAM', '*', 'letters', ARGV[i - 1])
end
return 'made'
