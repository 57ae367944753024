-- Ends a call whose gRPC message is longer than the limit before a byte of that message reaches the server.
-- A gRPC message is 5 bytes (flag, length as big endian) and as many bytes as that says; they may come in any pieces.
function envoy_on_request(call)
  local limit, prefix, left, refused = LIMIT_BYTES, "", 0, false
  for chunk in call:bodyChunks() do
    local at, size = 0, chunk:length()
    while at < size and not refused do
      if left > 0 then
        local step = math.min(left, size - at)
        at, left = at + step, left - step
      else
        local step = math.min(5 - #prefix, size - at)
        prefix, at = prefix .. chunk:getBytes(at, step), at + step
        if #prefix == 5 then
          local a, b, c, d = string.byte(prefix, 2, 5)
          left, prefix = ((a * 256 + b) * 256 + c) * 256 + d, ""
          if left > limit then
            refused = true
            call:logWarn("a message of " .. left .. " bytes is refused")
          end
        end
      end
    end
    if refused then
      chunk:setBytes("")
    end
  end
end
