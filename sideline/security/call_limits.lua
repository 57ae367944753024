-- Keeps a call within bounds: no message longer than LIMIT_BYTES, and no more messages without an answer than
-- MOST_UNANSWERED, nor more bytes in them than twice LIMIT_BYTES. What goes beyond never reaches the server, nor does
-- anything after it: Triton itself reads whatever comes and keeps it until it is answered.

-- A gRPC message is 5 bytes (flag, length as big endian) and as many bytes as that says; they may come in any pieces.
local function read_messages(reader, chunk, take)
  local at, size = 0, chunk:length()
  while at < size do
    if reader.left > 0 then
      local step = math.min(reader.left, size - at)
      at, reader.left = at + step, reader.left - step
    else
      local step = math.min(5 - #reader.prefix, size - at)
      reader.prefix, at = reader.prefix .. chunk:getBytes(at, step), at + step
      if #reader.prefix == 5 then
        local a, b, c, d = string.byte(reader.prefix, 2, 5)
        reader.left, reader.prefix = ((a * 256 + b) * 256 + c) * 256 + d, ""
        take(reader.left)
      end
    end
  end
end

-- What a call's two directions tell each other; Envoy wants it fetched anew for every chunk.
local function notes_of(call)
  return call:streamInfo():dynamicMetadata()
end

-- Messages and bytes that wait for answers, after those that came meanwhile.
local function settle(waiting, answered)
  while waiting.first <= answered and waiting.first <= waiting.last do
    waiting.bytes = waiting.bytes - waiting.sizes[waiting.first]
    waiting.sizes[waiting.first] = nil
    waiting.first = waiting.first + 1
  end
end

local function find_excess(waiting, length)
  local messages = waiting.last - waiting.first + 1
  if length > LIMIT_BYTES then
    return "a message of " .. length .. " bytes is refused"
  elseif messages > MOST_UNANSWERED or waiting.bytes > 2 * LIMIT_BYTES then
    return "a call is cut off: " .. messages .. " messages of " .. waiting.bytes .. " bytes without an answer"
  end
end

function envoy_on_request(call)
  local reader, waiting = {left = 0, prefix = ""}, {first = 1, last = 0, bytes = 0, sizes = {}}
  local excess = nil
  for chunk in call:bodyChunks() do
    if excess == nil then
      settle(waiting, (notes_of(call):get("sideline") or {answered = 0}).answered)
      read_messages(reader, chunk, function(length)
        waiting.last = waiting.last + 1
        waiting.sizes[waiting.last], waiting.bytes = length, waiting.bytes + length
        excess = excess or find_excess(waiting, length)
      end)
      if excess ~= nil then
        call:logWarn(excess)
      end
    end
    if excess ~= nil then
      chunk:setBytes("")
    end
  end
end

function envoy_on_response(call)
  local reader, answered = {left = 0, prefix = ""}, 0
  for chunk in call:bodyChunks() do
    read_messages(reader, chunk, function()
      answered = answered + 1
    end)
    notes_of(call):set("sideline", "answered", answered)
  end
end
