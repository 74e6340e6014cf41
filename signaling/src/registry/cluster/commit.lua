-- Makes a draft of a room or a neighbourhood true, if that still is what the draft was made from: its
-- record, what it is found by, and the letters to the nodes that it concerns, all in one step. Run by
-- `commit.rs`.
--
-- KEYS: rooms or neighbourhoods, codes, absences, nodes; then the stream of each node that has letters
-- ARGV: what is said of the draft (JSON), the record before and after ('' for none); then each node's
--       letters

local records, codes, absences, nodes = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local draft, before, after = cjson.decode(ARGV[1]), ARGV[2], ARGV[3]

-- A node that was given up must not bring its sockets into what they have been taken out of.
if draft.asker and tonumber(redis.call('zscore', nodes, draft.asker) or 0) == 0 then
  return 'given up'
end
if (redis.call('hget', records, draft.field) or '') ~= before then
  return 'outdated'
end
if draft.most and before == '' and after ~= '' and redis.call('hlen', records) >= draft.most then
  return 'too many rooms'
end
for _, code in ipairs(draft.opened) do
  if redis.call('hexists', codes, code) == 1 then
    return 'code taken'
  end
end

if after == '' then
  redis.call('hdel', records, draft.field)
else
  redis.call('hset', records, draft.field, after)
end
for _, code in ipairs(draft.closed) do
  redis.call('hdel', codes, code)
end
for _, code in ipairs(draft.opened) do
  redis.call('hset', codes, code, draft.field)
end
if draft.expires_ms then
  redis.call('zadd', absences, draft.expires_ms, draft.field)
else
  redis.call('zrem', absences, draft.field)
end
-- A node that is no more has no stream, and gets none by being written to.
for i = 5, #KEYS do
  redis.call('xadd', KEYS[i], 'NOMKSTREAM', '*', 'letters', ARGV[i - 1])
end
return 'made'
