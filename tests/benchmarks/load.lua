-- Many clients at once, for wrk: one connection a thread, so that each answer is timed with its question.
-- Environment: LOAD_FILE names a file of lines "read<TAB>path<TAB>cookie" and "write<TAB>path<TAB>body"; LOAD_WRITES is the share
-- of writes in percent; LOAD_PORTS the ports of the web processes, with commas; LOAD_HOST the host that pages are served under.
local ffi = require("ffi")
ffi.cdef [[ typedef struct { long s; long n; } moment; int clock_gettime(int, moment *); ]]
local moment = ffi.new("moment")
local function now()
  ffi.C.clock_gettime(1, moment)
  return tonumber(moment.s) * 1000 + tonumber(moment.n) / 1000000
end

local counter, threads = 0, {}
function setup(thread)
  thread:set("number", counter)
  thread:set("of", tonumber(os.getenv("LOAD_THREADS")))
  local ports = {}
  for port in os.getenv("LOAD_PORTS"):gmatch("%d+") do table.insert(ports, port) end
  thread.addr = wrk.lookup("127.0.0.1", ports[counter % #ports + 1])[1]
  counter = counter + 1
  table.insert(threads, thread)
end

local reads, writes, next_write = {}, {}, 0
local share, host = tonumber(os.getenv("LOAD_WRITES")), os.getenv("LOAD_HOST")
local is_write, asked = false, 0
waits_read, waits_write, said = "", "", ""
local kept_read, kept_write, statuses = {}, {}, {}

function init()
  math.randomseed(number + 7)
  local line_number = 0
  for line in io.lines(os.getenv("LOAD_FILE")) do
    local kind, path, more = line:match("^(%a+)\t([^\t]*)\t(.*)$")
    if kind == "read" then
      local headers = {["Host"] = host, ["Accept-Encoding"] = "gzip"}
      if more ~= "" then headers["Cookie"] = more end
      table.insert(reads, wrk.format("GET", path, headers))
    else
      -- No two threads send the same write.
      if line_number % of == number then
        table.insert(writes, wrk.format("POST", path, {
          ["Host"] = host, ["Sec-Fetch-Site"] = "same-origin", ["Content-Type"] = "application/x-www-form-urlencoded",
        }, more))
      end
      line_number = line_number + 1
    end
  end
end

function request()
  is_write = next_write < #writes and math.random(100) <= share
  asked = now()
  if is_write then
    next_write = next_write + 1
    return writes[next_write]
  end
  -- Whoever has nothing left to write in a load of writes alone asks whether the server is well.
  if share == 100 or #reads == 0 then
    asked = 0
    return wrk.format("GET", "/healthz", {["Host"] = host})
  end
  return reads[math.random(#reads)]
end

function response(status)
  if asked == 0 then wrk.thread:stop() return end
  table.insert(is_write and kept_write or kept_read, string.format("%.2f", now() - asked))
  local name = (is_write and "w" or "r") .. status
  statuses[name] = (statuses[name] or 0) + 1
  -- Handed over as text: the thread's values are read once it has ended.
  waits_read, waits_write = kept_read, kept_write
  said = statuses
end

function done(summary)
  local out = io.open(os.getenv("LOAD_OUT"), "w")
  for _, thread in ipairs(threads) do
    for kind, waits in pairs({read = thread:get("waits_read"), write = thread:get("waits_write")}) do
      if type(waits) == "table" then for _, wait in ipairs(waits) do out:write(kind, "\t", wait, "\n") end end
    end
    local counted = thread:get("said")
    if type(counted) == "table" then for name, count in pairs(counted) do out:write("status\t", name, "\t", count, "\n") end end
  end
  out:write("seconds\t", summary.duration / 1000000, "\n")
  local e = summary.errors
  out:write("errors\t", e.connect + e.read + e.write + e.timeout, "\n")
  out:close()
end
